import { expect, test } from 'vitest';
import { Thread } from '../../src/threads/thread.ts';
import { isHoldfastWorker } from '../../src/threads/worker.ts';

const entry = new URL('job-thread.ts', import.meta.url);

/** The error that a thread ends with after such a first byte. */
async function failure(trouble: number, count: { failures: number }): Promise<Error> {
  const thread = new Thread('scan', undefined, { entry });
  const failed = new Promise<Error>((resolve) => {
    thread.onFailure = (error) => {
      count.failures++;
      resolve(error);
    };
  });
  thread.post({ id: 1, body: Uint8Array.of(trouble) });
  const error = await failed;
  await thread.close();
  return error;
}

test('a failure is told once, although a thread that throws also exits', async () => {
  const count = { failures: 0 };
  expect(await failure(2, count)).toMatchObject({ code: 'WORKER_FAILED', cause: expect.any(Error) as unknown });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(count.failures).toBe(1);
});

test('a module that can’t be started is a failure, not silence', async () => {
  const thread = new Thread('scan', undefined, { entry: new URL('absent.ts', import.meta.url) });
  const error = await new Promise((resolve) => {
    thread.onFailure = resolve;
  });
  expect(error).toMatchObject({ code: 'WORKER_FAILED' });
  await thread.close();
});

test('a thread that is closed tells nothing more', async () => {
  const thread = new Thread('scan', undefined, { entry });
  const told: unknown[] = [];
  thread.onMessage = (message) => told.push(message);
  thread.onFailure = (error) => told.push(error);
  for (let id = 0; id < 100; id++) thread.post({ id, body: Uint8Array.of(0) });
  await thread.close();
  expect(told).toEqual([]);
});

test('a thread of somebody else is not taken for one of ours', () => {
  expect(isHoldfastWorker()).toBe(false);
});
