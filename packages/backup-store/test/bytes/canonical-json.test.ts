import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, parseJson } from '../../src/bytes/canonical-json.ts';
import { refusalOf } from '../fixtures/refusal.ts';

/** The same value with the fields of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, field]) => [key, reversed(field)]),
  );
}

describe('canonical JSON', () => {
  test('keys are sorted at every depth, without blanks, and undefined fields are left out', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }, 2], a: { z: null, y: 'x y' } })).toBe(
      '{"a":{"y":"x y","z":null},"b":[{"d":1},2]}',
    );
  });

  test('the order in which fields were set does not matter', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test('it is JSON: what is parsed equals what was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const parsed = parseJson(Buffer.from(canonicalJson(value)), 'x');
        expect(canonicalJson(parsed)).toBe(canonicalJson(value));
      }),
    );
  });

  test.each(['', '{', 'null', '[]', '"text"', '12', '{"a":1}x'])('%j is no JSON object and refused by name', (text) => {
    expect(refusalOf(() => parseJson(Buffer.from(text), 'commits/x'))).toMatchObject({
      code: 'OBJECT_INVALID',
      object: 'commits/x',
    });
  });
});
