import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePaths, isWithin, mayHold } from '../../src/catalog/path-order.ts';
import { paths } from '../fixtures/entries.ts';

const path = (text: string): Buffer => Buffer.from(text);
/** The path with NUL for its slashes: plain bytes then have the order of catalogs. */
const plain = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => (byte === 47 ? 0 : byte)));

describe('the order of paths', () => {
  test('it is that of bytes, with every slash before every other byte', () => {
    fc.assert(
      fc.property(paths, paths, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(plain(a), plain(b)));
      }),
    );
  });

  test('a folder comes right before what is in it, and that before every sibling', () => {
    const sorted = ['a', 'a/b', 'a/b/c', 'a/z', 'a\u0001', 'a!', 'a-b', 'a.b', 'a0', 'ab', 'b'].map(path);
    expect(sorted.toReversed().toSorted(comparePaths)).toEqual(sorted);
    expect(comparePaths(path(''), path('a'))).toBeLessThan(0);
    expect(comparePaths(path('a/b'), path('a/b'))).toBe(0);
  });

  test('bytes are compared as bytes, not as letters', () => {
    expect(comparePaths(path('Z'), path('a'))).toBeLessThan(0);
    expect(comparePaths(Buffer.from([0x7f]), Buffer.from([0x80]))).toBeLessThan(0);
    expect(comparePaths(Buffer.from([0xff]), path('\u{1f600}'))).toBeGreaterThan(0);
  });

  test('what is within a folder is one run of the order', () => {
    fc.assert(
      fc.property(fc.array(paths, { maxLength: 30 }), paths, (list, folder) => {
        const flags = list.toSorted(comparePaths).map((each) => (isWithin(each, folder) ? '1' : '0'));
        expect(flags.join('')).toMatch(/^0*1*0*$/);
      }),
    );
  });
});

describe('being within', () => {
  test.each([
    ['a/b', 'a', true],
    ['a', 'a', true],
    ['a', '', true],
    ['', '', true],
    ['ab', 'a', false],
    ['a', 'a/b', false],
    ['a-b', 'a', false],
    ['b/a', 'a', false],
    ['', 'a', false],
  ])('%j in %j is %s', (inner, folder, expected) => {
    expect(isWithin(path(inner), path(folder))).toBe(expected);
  });

  test('a run that is passed over holds nothing of the folder', () => {
    const different = fc.uniqueArray(paths, {
      minLength: 1,
      maxLength: 30,
      selector: (each) => each.toString('latin1'),
    });
    fc.assert(
      fc.property(different, fc.nat(29), paths, (list, cut, folder) => {
        const sorted = list.toSorted(comparePaths);
        const run = sorted.slice(0, cut + 1);
        const [first, next] = [run[0] as Buffer, sorted[cut + 1]];
        if (run.some((each) => isWithin(each, folder))) expect(mayHold(first, next, folder)).toBe(true);
        if (next !== undefined) {
          const rest = sorted.slice(cut + 1);
          if (rest.some((each) => isWithin(each, folder))) expect(mayHold(next, undefined, folder)).toBe(true);
        }
      }),
    );
  });
});
