import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkKey, checkPrefix, folderOf, foldersOf, isKeySegment } from '../src/key.ts';

const segment = fc
  .string({ unit: fc.constantFrom(...'az09._-'), minLength: 1, maxLength: 12 })
  .filter((name) => name !== '.' && name !== '..');
const key = fc.array(segment, { minLength: 1, maxLength: 8 }).map((segments) => segments.join('/'));

describe('checkKey', () => {
  test('takes every join of valid segments and gives it back', () => {
    fc.assert(fc.property(key, (valid) => checkKey(valid) === valid));
  });

  test('refuses every string with a character outside the alphabet', () => {
    const foreign = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
      .filter((one) => !/^[a-z0-9._/-]$/.test(one));
    fc.assert(
      fc.property(key, foreign, fc.nat(), (valid, character, position) => {
        const cut = position % (valid.length + 1);
        expect(() => checkKey(valid.slice(0, cut) + character + valid.slice(cut))).toThrow(
          expect.objectContaining({ code: 'INVALID_KEY' }),
        );
      }),
    );
  });

  test.each(['', '/', 'a/', '/a', 'a//b', '.', '..', 'a/./b', '../a', 'a/..', 'k'.repeat(201), 'A', 'a\n'])(
    'refuses %j',
    (invalid) => {
      expect(() => checkKey(invalid)).toThrow(expect.objectContaining({ code: 'INVALID_KEY', key: invalid }));
    },
  );

  test.each(['k'.repeat(200), '...', '..a', '.a', '-', 'a/b/c', '0'])('takes %j', (valid) => {
    expect(checkKey(valid)).toBe(valid);
  });

  test('does not quote a long key in full', () => {
    expect(() => checkKey('K'.repeat(100_000))).toThrow(/^.{0,400}$/);
  });
});

describe('checkPrefix', () => {
  test('takes every beginning of a key', () => {
    fc.assert(
      fc.property(key, fc.nat(), (valid, end) => checkPrefix(valid.slice(0, end % (valid.length + 1))) !== undefined),
    );
  });

  test.each(['/', 'a//', '../', 'a/./', 'A', 'k'.repeat(201)])('refuses %j', (invalid) => {
    expect(() => checkPrefix(invalid)).toThrow(expect.objectContaining({ code: 'INVALID_KEY' }));
  });
});

test('the folders of a key are its beginnings that end in a slash', () => {
  expect(foldersOf('a/b/c')).toEqual(['a/', 'a/b/']);
  expect(foldersOf('a')).toEqual([]);
  expect(folderOf('a/b/c')).toBe('a/b/');
  expect(folderOf('a/b/')).toBe('a/b/');
  expect(folderOf('a')).toBe('');
});

test('a segment has no slash', () => {
  expect(isKeySegment('a/b')).toBe(false);
  expect(isKeySegment('a')).toBe(true);
});
