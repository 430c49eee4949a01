import { expect, test } from 'vitest';
import { EarlyThreads, sharedThreads } from '../../src/threads/early-threads.ts';
import { Thread } from '../../src/threads/thread.ts';
import { type FromJobThread, JobPool, type ToJobThread } from '../../src/threads/job-pool.ts';

const entry = new URL('job-thread.ts', import.meta.url);

test('a thread of the role that was started early is taken, once, and is told what it has to do', async () => {
  const early = new EarlyThreads({ entry });
  early.start('scan');
  expect(early.take('seal')).toBeUndefined();
  const worker = early.take('scan');
  expect(worker).toBeDefined();
  expect(early.take('scan')).toBeUndefined();
  await worker?.terminate();
});

test('a thread that takes an early one talks to it', async () => {
  const early = new EarlyThreads({ entry });
  early.start('check');
  const thread = new Thread<ToJobThread, FromJobThread>('check', { id: 7, body: Uint8Array.of(0) }, { entry, early });
  const answer = await new Promise<FromJobThread>((resolve) => {
    thread.onMessage = resolve;
  });
  expect(answer).toMatchObject({ id: 7 });
  await thread.close();
});

test('a thread that ended before it was needed is not given out', async () => {
  const early = new EarlyThreads({ entry: new URL('absent.ts', import.meta.url) });
  early.start('scan');
  await expect.poll(() => early.take('cut') ?? early.size).toBe(0);
  expect(early.take('scan')).toBeUndefined();
});

test('what was not needed is ended', async () => {
  const early = new EarlyThreads({ entry });
  early.start('scan');
  early.start('seal');
  await early.close();
  expect(early.size).toBe(0);
  expect(early.take('scan')).toBeUndefined();
});

test('a thread whose role is over is kept for the next while there are runs, and ended after the last', async () => {
  const early = new EarlyThreads({ entry });
  const end = early.begin();
  early.start('check');
  const first = new Thread<ToJobThread, FromJobThread>('check', { id: 7, body: Uint8Array.of(0) }, { entry, early });
  await first.rest();
  expect(early.size).toBe(1);
  expect(early.take('check')).toBeDefined();
  expect(early.take('check')).toBeUndefined();
  early.start('scan');
  end();
  await expect.poll(() => early.size).toBe(0);
});

test('a thread that rests while nobody runs is kept for a moment, and ended', async () => {
  const early = new EarlyThreads({ entry });
  const thread = new Thread<ToJobThread, FromJobThread>('check', { id: 7, body: Uint8Array.of(0) }, { entry, early });
  await thread.rest();
  expect(early.size).toBe(1);
  await expect.poll(() => early.size).toBe(0);
});

test('threads are shared by all that start the same module, and by no others', () => {
  expect(sharedThreads(entry)).toBe(sharedThreads(new URL(entry)));
  expect(sharedThreads(entry)).not.toBe(sharedThreads(undefined));
});

test('a pool leaves its threads to the next one, but for those that are at work', async () => {
  const early = new EarlyThreads({ entry });
  const pool = new JobPool('check', undefined, { entry, early, threads: 2 });
  const endless = pool.run(Uint8Array.of(4)).catch((error: unknown) => error);
  await pool.run(Uint8Array.of(0));
  await pool.close();
  expect(await endless).toMatchObject({ code: 'CLOSED' });
  expect(early.size).toBe(1);
  await using next = new JobPool('check', undefined, { entry, early, threads: 1 });
  await next.run(Uint8Array.of(0));
  expect(early.size).toBe(0);
});
