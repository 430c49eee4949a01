import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUCKETS, bucketOf, bucketsOf, saltOf } from '../../src/bucketing/bucket.ts';
import { hashAfter, hashPrefix, murmur3 } from '../../src/bucketing/murmur3.ts';

/** The same hash over bytes, written from its description, a block at a time. */
function reference(bytes: Uint8Array): number {
  const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
  let hash = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = Math.floor(bytes.length / 4);
  const scrambled = (block: number): number => Math.imul(rotated(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
  for (let index = 0; index < whole; index++) {
    hash = rotated(hash ^ scrambled(view.getUint32(index * 4, true)), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let index = bytes.length - 1; index >= whole * 4; index--) tail = (tail << 8) | (bytes[index] as number);
  if (bytes.length % 4 !== 0) hash ^= scrambled(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

// From the author's own test program and from many others that agree on them.
test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['test', 0, 0xba6bd213],
  ['test', 0x9747b28c, 0x704b81dc],
  ['Hello, world!', 0, 0xc0363e43],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ['\u03c0\u03c0\u03c0\u03c0\u03c0\u03c0\u03c0\u03c0', 0x9747b28c, 0xd58063c1],
])('the hash of %j with seed %i is %i', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash);
});

test('the hash is that of the bytes in UTF-8, whatever the text and wherever it is cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (prefix, text) => {
      const bytes = new TextEncoder().encode(prefix.toWellFormed() + text);
      expect(hashAfter(hashPrefix(prefix), text) >>> 0).toBe(reference(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('half a surrogate pair counts as the replacement character', () => {
  expect(murmur3('a\ud83d')).toBe(murmur3('a\ufffd'));
  expect(murmur3('\ude00b')).toBe(murmur3('\ufffdb'));
});

// Frozen: another bucket would move somebody in or out who has seen the flag.
test.each([
  ['new_ui', 'acme', 971_203],
  ['new_ui', 'globex', 27_708],
  ['new_ui', 'Pousada São João', 362_520],
  ['new_ui', '用户42', 936_437],
  ['new_ui', '👍', 31_015],
  ['new_ui', '', 235_093],
])('with the salt %s, %s is in the same bucket for ever', (salt, unit, bucket) => {
  expect(bucketOf(saltOf(salt), unit)).toBe(bucket);
});

test('a percentage has a whole number of buckets, or is none', () => {
  expect([0, 0.0001, 12.5, 33.3333, 99.9999, 100].map(bucketsOf)).toEqual([0, 1, 125_000, 333_333, 999_999, BUCKETS]);
  for (const wrong of [-1, 100.0001, 0.00001, Number.NaN, Infinity, 33.33333]) expect(bucketsOf(wrong)).toBeUndefined();
  for (let buckets = 0; buckets <= BUCKETS; buckets += 37) expect(bucketsOf(buckets / 10_000)).toBe(buckets);
});

/** Chi-square of counts that should be equal, as standard deviations from what chance gives (Wilson and Hilferty, 1931). */
function deviation(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  const square = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  const third = 2 / (9 * freedom);
  return (Math.cbrt(square / freedom) - (1 - third)) / Math.sqrt(third);
}

const forms: readonly (readonly [string, (index: number) => string])[] = [
  ['numbers in a row', (index) => String(index)],
  ['addresses', (index) => `user${index}@example.com`],
  ['names with accents', (index) => `Hóspede São ${index}`],
  ['Chinese and emoji', (index) => `用户${index}👍`],
];

test.each(forms)('a million ids in all fall evenly, these among them: %s', (_, idOf) => {
  const counts = Array.from({ length: 1000 }, () => 0);
  const salt = saltOf('new_ui');
  for (let index = 0; index < 250_000; index++) {
    const part = Math.floor(bucketOf(salt, idOf(index)) / 1000);
    counts[part] = (counts[part] as number) + 1;
  }
  expect(Math.abs(deviation(counts))).toBeLessThan(4);
});

test.each(forms)('two flags choose independently of each other: %s', (_, idOf) => {
  const counts = Array.from({ length: 400 }, () => 0);
  const [one, two] = [saltOf('new_ui'), saltOf('new_ui2')];
  for (let index = 0; index < 250_000; index++) {
    const id = idOf(index);
    const cell = Math.floor(bucketOf(one, id) / 50_000) * 20 + Math.floor(bucketOf(two, id) / 50_000);
    counts[cell] = (counts[cell] as number) + 1;
  }
  expect(Math.abs(deviation(counts))).toBeLessThan(4);
});
