import { expect, test } from 'vitest';
import type { Progress } from '../../src/repository/contract.ts';
import { ProgressMeter } from '../../src/run/progress-meter.ts';

test('it tells what was counted, and the name of what is worked on only when it tells', () => {
  const told: Progress[] = [];
  const meter = new ProgressMeter('backup', (progress) => told.push(progress));
  let asked = 0;
  meter.counts.filesDone = 3;
  meter.counts.bytesDone = 100;
  for (let i = 0; i < 10_000; i++) meter.tick(() => `file ${asked++}`);
  expect(told[0]).toMatchObject({ phase: 'backup', filesDone: 3, bytesDone: 100, current: 'file 0' });
  expect(asked).toBe(told.length);
  // At most ten times a second: the loop takes far less.
  expect(told.length).toBeLessThan(10_000);
});

test('the end of a phase is always told', () => {
  const told: Progress[] = [];
  const meter = new ProgressMeter('restore', (progress) => told.push(progress));
  meter.flush();
  meter.counts.bytesDone = 7;
  meter.phase = 'verify';
  meter.flush();
  expect(told.map(({ phase, bytesDone }) => [phase, bytesDone])).toEqual([
    ['restore', 0],
    ['verify', 7],
  ]);
});

test('the time left is told when the total is known and something moves', async () => {
  const told: Progress[] = [];
  const meter = new ProgressMeter('backup', (progress) => told.push(progress));
  meter.counts.bytesTotal = 1000;
  meter.flush();
  await new Promise((resolve) => setTimeout(resolve, 5));
  meter.counts.bytesDone = 500;
  meter.flush();
  meter.totalKnown = true;
  meter.flush();
  expect(told.map(({ etaMs }) => etaMs === undefined)).toEqual([true, true, false]);
  const last = told.at(-1) as Progress;
  expect(last.rate).toBeGreaterThan(0);
  expect(last.etaMs).toBeGreaterThan(0);
  expect(last.elapsedMs).toBeGreaterThan(0);
});

test('nobody listens, nothing is asked', () => {
  const meter = new ProgressMeter('backup', undefined);
  meter.tick(() => {
    throw new Error('asked');
  });
  meter.flush();
  expect(meter.elapsedMs).toBeGreaterThanOrEqual(0);
});
