import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digest } from '../src/index.ts';

/** RFC 8785, appendix B: the bits of a double, and its text. */
const numbers: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

const doubleOf = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE();

describe('canonicalJson', () => {
  it.each(numbers)('RFC 8785 appendix B: the double %s is %s', (bits, text) => {
    expect(canonicalJson(doubleOf(bits))).toBe(text);
  });

  it.each([
    ['7fffffffffffffff', 'NaN, RFC 8785 appendix B'],
    ['7ff0000000000000', 'infinity, RFC 8785 appendix B'],
    ['fff0000000000000', 'minus infinity, which the appendix does not list'],
  ])('the double %s is an error: %s', (bits) => {
    expect(() => canonicalJson(doubleOf(bits))).toThrow(expect.objectContaining({ code: 'INVALID_JSON_VALUE' }));
  });

  it('RFC 8785 section 3.2.2: literals, numbers and text', () => {
    const value = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`) as unknown;
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('RFC 8785 section 3.2.3: keys are sorted by UTF-16 code units, not by code points', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect([...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('an object stands for what its toJSON returns', async () => {
    const value = {
      when: new Date(0),
      digest: await digest(new Uint8Array()),
      sorted: { toJSON: () => ({ b: 1, a: 2 }) },
    };
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    expect(canonicalJson(value)).toContain('"sorted":{"a":2,"b":1}');
  });

  const itself: Record<string, unknown> = {};
  itself['inner'] = [itself];
  it.each<[string, unknown, string]>([
    ['undefined', { a: { b: [1, undefined] } }, '["a"]["b"][1]'],
    ['a hole', Object.assign([1], { 2: 2 }), 'undefined at [1]'],
    ['a BigInt', [1n], 'bigint'],
    ['a function', { a: () => 1 }, 'function'],
    ['a symbol', Symbol('s'), 'symbol'],
    ['half of a pair in a value', ['\ud83d'], 'surrogate'],
    ['half of a pair in a key', { '\ude00': 1 }, 'surrogate'],
    ['a Map', new Map([[1, 2]]), 'plain object, got Map'],
    ['bytes', { bytes: new Uint8Array(1) }, 'Uint8Array'],
    ['a value that holds itself', itself, 'holds itself'],
    ['an endless toJSON', { toJSON: () => ({ toJSON: () => itself }) }, 'holds itself'],
  ])('%s is refused, and the message says where', (_name, value, message) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'INVALID_JSON_VALUE', message: expect.stringContaining(message) as string }),
    );
  });

  it('a thousand levels are written, one more and a million are refused', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = [value];
      return value;
    };
    expect(canonicalJson(nested(1000))).toHaveLength(2001);
    for (const levels of [1001, 1_000_000]) {
      expect(() => canonicalJson(nested(levels))).toThrow(expect.objectContaining({ code: 'INVALID_JSON_VALUE' }));
    }
  });

  it('the same object twice side by side is no cycle', () => {
    const part = { a: 1 };
    expect(canonicalJson([part, part])).toBe('[{"a":1},{"a":1}]');
  });

  it('reads back as the same value, and the order of keys makes no difference', () => {
    const json = fc.jsonValue({ noUnicodeString: false });
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });
});

/** The same value with the keys of every object in the opposite order of insertion. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
