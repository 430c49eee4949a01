import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Credits } from '../../src/threads/credits.ts';
import type { CreditJob } from './credit-thread.ts';

test('a maker never gets further ahead than the limit and one piece, and gets all through', async () => {
  const shared = Credits.share();
  const job: CreditJob = { credits: shared, limit: 1000, pieces: 2000, size: 300 };
  const credits = new Credits(shared, job.limit);
  const count = new Int32Array(shared);
  const worker = new Worker(new URL('credit-thread.ts', import.meta.url), { workerData: job });
  let taken = 0;
  let most = 0;
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (bytes: number) => {
      most = Math.max(most, Atomics.load(count, 0));
      // Now and then the taker is slow, so that the maker has to sleep.
      if (taken % 100 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      credits.give(bytes);
      if (++taken === job.pieces) resolve();
    });
  });
  expect(most).toBeLessThan(job.limit + job.size);
  expect(most).toBeGreaterThan(0);
  expect(count[0]).toBe(0);
});

test('below the limit nobody sleeps, and a piece may be larger than the limit', () => {
  const shared = Credits.share();
  const credits = new Credits(shared, 10);
  credits.take(9);
  credits.take(100);
  credits.give(109);
  credits.take(1);
  expect(new Int32Array(shared)[0]).toBe(1);
});
