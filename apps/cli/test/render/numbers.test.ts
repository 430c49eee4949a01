import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatNumberOf } from '../../src/render/bytes.ts';
import { formatDuration, isoFromNs } from '../../src/render/time.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [10 * 1024, '10 KiB'],
  [1023 * 1024, '1.0 MiB'],
  [312 * 1024 * 1024, '312 MiB'],
  [5 * 1024 ** 4, '5.0 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('bytes never take more than four characters and a unit', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      expect(formatBytes(bytes)).toMatch(/^[\d.]{1,4} \w+$/);
    }),
  );
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1234567, '1,234,567'],
])('%d is counted as %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test('nouns agree with their number', () => {
  expect([0, 1, 2].map((count) => formatNumberOf(count, 'entry', 'entries'))).toEqual([
    '0 entries',
    '1 entry',
    '2 entries',
  ]);
});

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [9_400, '9.4 s'],
  [59_990, '59 s'],
  [125_000, '2 min 5 s'],
  [11_520_000, '3 h 12 min'],
  [400_000_000, '4 days'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0n, '1970-01-01T00:00:00.000000000Z'],
  [1_700_000_000_123_456_789n, '2023-11-14T22:13:20.123456789Z'],
  [-1n, '1969-12-31T23:59:59.999999999Z'],
  [10n ** 30n, undefined],
])('%d ns are %s', (ns, iso) => {
  expect(isoFromNs(ns)).toBe(iso);
});
