import { expect, test } from 'vitest';
import { SharedRun } from '../../src/run/shared-run.ts';

test('whoever asks while one is under way waits for the next, which is one for all of them', async () => {
  let runs = 0;
  const ends: (() => void)[] = [];
  const shared = new SharedRun(async () => {
    runs++;
    await new Promise<void>((resolve) => ends.push(resolve));
  });
  const first = shared.run();
  const others = [shared.run(), shared.run(), shared.run()];
  expect(runs).toBe(1);
  ends[0]?.();
  await first;
  await new Promise(setImmediate);
  expect(runs).toBe(2);
  ends[1]?.();
  await Promise.all(others);
  const alone = shared.run();
  expect(runs).toBe(3);
  ends[2]?.();
  await alone;
});

test('a run that fails is told to those who waited for it, and to nobody after them', async () => {
  let runs = 0;
  const shared = new SharedRun(async () => {
    runs++;
    await Promise.resolve();
    if (runs === 1) throw new Error('once');
  });
  const [first, second] = await Promise.allSettled([shared.run(), shared.run()]);
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
});
