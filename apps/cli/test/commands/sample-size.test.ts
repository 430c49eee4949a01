import { expect, test } from 'vitest';
import { sampleSize } from '../../src/commands/sample-size.ts';

test.each([
  ['10%', { percent: 10 }],
  ['0.5%', { percent: 0.5 }],
  ['100 %', { percent: 100 }],
  ['500MB', { bytes: 500_000_000 }],
  ['1.5 GiB', { bytes: 1_610_612_736 }],
  ['64kib', { bytes: 65_536 }],
  ['7B', { bytes: 7 }],
  ['2m', { ms: 120_000 }],
  ['2min', { ms: 120_000 }],
  ['90s', { ms: 90_000 }],
  ['1.5h', { ms: 5_400_000 }],
])('%s is a size of a sample', (text, size) => {
  expect(sampleSize(text)).toEqual(size);
});

test.each([
  '',
  '10',
  '%',
  '0%',
  '101%',
  '-5%',
  '1e3MB',
  '5x',
  '500M',
  'MB',
  '2 m 3 s',
  '10%%',
  '0s',
  '∞%',
  'Infinity%',
])('%j is none', (text) => {
  expect(() => sampleSize(text)).toThrow(/^Expected a sample such as 10%, 500MB or 2m, got /);
});
