import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseStrictJson } from '../../src/json/strict-json.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

afterEach(() => void vi.restoreAllMocks());

describe('strict JSON', () => {
  it('is read as JSON.parse reads it, in text and in bytes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const expected = JSON.parse(text) as unknown;
        expect(parseStrictJson(text, 1 << 20)).toEqual(expected);
        expect(parseStrictJson(new TextEncoder().encode(text), 1 << 20)).toEqual(expected);
      }),
    );
  });

  it('is all that is read: whatever JSON.parse refuses is refused', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '"b"', '1', 'null', ' ', '\n');
    const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (source) => {
        let expected: unknown;
        try {
          expected = JSON.parse(source);
        } catch {
          expect(() => parseStrictJson(source, 1000)).toThrow(SyntaxError);
          return;
        }
        let value: unknown;
        try {
          value = parseStrictJson(source, 1000);
        } catch (error) {
          expect(error).toHaveProperty('message', 'an object with the same member twice');
          return;
        }
        expect(value).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['a text that does not end', '"a'],
    ['a text that ends in an escape', String.raw`{"a\"`],
    ['a name that is not JSON', String.raw`{"\x":1}`],
    ['a name over two lines', '{"a\n":1}'],
    ['brackets that close nothing', ']]}'],
    ['a byte order mark', '\uFEFF{}'],
    ['nothing', ''],
  ])('%s is refused as what is not JSON', (_, text) => {
    expect(() => parseStrictJson(text, 1000)).toThrow(new SyntaxError('text that is not JSON'));
  });

  it('a member twice is refused, at any depth and however it is written', () => {
    const twice = new SyntaxError('an object with the same member twice');
    for (const text of [
      '{"a":1,"a":1}',
      String.raw`{"a":1,"\u0061":2}`,
      '[{"b":[{"a":1,"c":{"a":2},"a":3}]}]',
      '{"__proto__":1,"__proto__":2}',
    ]) {
      expect(() => parseStrictJson(text, 1000)).toThrow(twice);
    }
    expect(parseStrictJson('{"a":{"a":[{"a":1},{"a":2}]}}', 1000)).toEqual({ a: { a: [{ a: 1 }, { a: 2 }] } });
  });

  it('__proto__ is a member like any other, and no prototype', () => {
    const value = parseStrictJson('{"__proto__":{"trusted":true}}', 1000) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value['trusted']).toBeUndefined();
  });
});

describe('limits', () => {
  it('count bytes and not characters', () => {
    const text = '"éé"';
    for (const source of [text, new TextEncoder().encode(text)]) {
      expect(parseStrictJson(source, 6)).toBe('éé');
      expect(() => parseStrictJson(source, 5)).toThrow(new SyntaxError('more than 5 bytes'));
    }
  });

  it('end nesting at 64 levels, of arrays and of objects', () => {
    const objects = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
    for (const text of [nested(64), objects(64)]) expect(parseStrictJson(text, 1000)).toBeTypeOf('object');
    for (const text of [nested(65), objects(65)]) {
      expect(() => parseStrictJson(text, 1000)).toThrow(new SyntaxError('more than 64 levels of nesting'));
    }
  });

  it('end nesting before anything is parsed', () => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(() => parseStrictJson(nested(10_000_000), 1 << 30)).toThrow('more than 64 levels');
    expect(() => parseStrictJson('['.repeat(10_000_000), 1 << 30)).toThrow('more than 64 levels');
    expect(parse).not.toHaveBeenCalled();
  });

  it('brackets within texts are no nesting', () => {
    const text = JSON.stringify({ [`${nested(100)}"`]: `\\"${nested(100)}` });
    expect(parseStrictJson(text, 10_000)).toEqual(JSON.parse(text));
  });
});
