import { expect, test } from 'vitest';
import { demandBytes } from '../../src/config/bytes.ts';

test.each([
  ['1', 1],
  ['50000000', 50_000_000],
  ['500MB', 500_000_000],
  ['20GiB', 21_474_836_480],
  ['1.5 kib', 1536],
  ['0.5B', 1],
])('%s is %d bytes', (text, bytes) => {
  expect(demandBytes(text)).toBe(bytes);
});

test.each(['', '0', '-1', 'many', '5 m', '5M', '1e3', '10%', '9007199254740993', '1 2', '9000TiB'])(
  '%j is no number of bytes',
  (text) => {
    expect(() => demandBytes(text)).toThrow(/^Expected a number of bytes, got /);
  },
);
