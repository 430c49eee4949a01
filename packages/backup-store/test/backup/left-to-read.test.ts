import { expect, test } from 'vitest';
import { LeftToRead } from '../../src/backup/left-to-read.ts';
import type { ScanItem } from '../../src/source/walk.ts';

const MIB = 1024 * 1024;
const file = (size: number): ScanItem => ({ entry: { kind: 'file', size } }) as ScanItem;

test('little is left once the scan is at its end and so are all files but the last 64 MiB', () => {
  let told = 0;
  const left = new LeftToRead(() => told++);
  left.take(file(10 * MIB));
  expect(told).toBe(0);
  left.scanned(100 * MIB);
  expect(told).toBe(0);
  left.take(file(20 * MIB));
  expect(told).toBe(0);
  left.take(file(6 * MIB));
  expect(told).toBe(1);
});
