import { describe, expect, onTestFinished, test } from 'vitest';
import { JobPool } from '../../src/threads/job-pool.ts';
import { failureOf } from '../fixtures/place.ts';

const entry = new URL('job-thread.ts', import.meta.url);

function poolOf(threads: number, init: unknown = 'init'): JobPool {
  const pool = new JobPool('check', init, { entry, threads });
  onTestFinished(async () => await pool.close());
  return pool;
}

interface Facts {
  readonly role: string;
  readonly init: unknown;
  readonly holdfast: boolean;
  readonly notices: number;
  readonly body: number[];
  readonly sealed: number | undefined;
}

const ask = async (pool: JobPool, body: number[], sealed?: Uint8Array): Promise<Facts> =>
  JSON.parse(Buffer.from(await pool.run(Uint8Array.from(body), sealed)).toString()) as Facts;

describe('a pool of threads', () => {
  test('threads are told their role and what to start with, and answer each job', async () => {
    const pool = poolOf(2, { a: Uint8Array.of(1, 2) });
    const answers = await Promise.all(Array.from({ length: 40 }, async (_, i) => await ask(pool, [0, i])));
    for (const [i, answer] of answers.entries()) {
      expect(answer).toMatchObject({ role: 'check', holdfast: true, body: [0, i], init: { a: { 0: 1, 1: 2 } } });
    }
  });

  test('bytes that fill their memory are given away, a part of a larger memory is copied', async () => {
    const pool = poolOf(1);
    const given = new Uint8Array(1000);
    const larger = new Uint8Array(1000);
    expect((await ask(pool, [0], given)).sealed).toBe(1000);
    expect((await ask(pool, [0], larger.subarray(10, 20))).sealed).toBe(10);
    expect([given.length, larger.length]).toEqual([0, 1000]);
  });

  test('a notice reaches all threads that were started, and is not answered', async () => {
    const pool = poolOf(1);
    await ask(pool, [0]);
    pool.notify(new Uint8Array(5));
    expect((await ask(pool, [0])).notices).toBe(5);
  });

  test('threads may be started before there is work for them, as many as the pool has', async () => {
    const pool = poolOf(1);
    pool.start(3);
    pool.notify(new Uint8Array(7));
    expect((await ask(pool, [0])).notices).toBe(7);
  });

  test('an error of this package keeps its code, object and hint on the way', async () => {
    const pool = poolOf(1);
    expect(await failureOf(ask(pool, [1]))).toMatchObject({
      name: 'BackupError',
      code: 'OBJECT_DAMAGED',
      object: 'packs/x',
      message: 'a block is bad',
    });
  });

  test.each([
    ['throws something else', 2, 'a mistake'],
    ['exits', 3, 'exit code 7'],
  ])('a thread that %s fails its job, those that wait, and all that come', async (_, trouble, message) => {
    const pool = poolOf(1);
    const jobs = [[trouble], [0], [0], [0]].map(async (body) => await failureOf(ask(pool, body)));
    for (const error of await Promise.all(jobs)) {
      expect(error.code).toBe('WORKER_FAILED');
      expect(error.message).toContain(message);
    }
    expect((await failureOf(ask(pool, [0]))).code).toBe('WORKER_FAILED');
  });

  test('closing ends threads that would never end, and their jobs', async () => {
    const pool = poolOf(2);
    const jobs = [[4], [4], [0], [0], [0]].map(async (body) => await failureOf(ask(pool, body)));
    await pool.close();
    for (const error of await Promise.all(jobs)) expect(error.code).toBe('CLOSED');
    expect((await failureOf(ask(pool, [0]))).code).toBe('CLOSED');
  });

  test('a pool that never had a job has no threads to close', async () => {
    const pool = poolOf(100);
    pool.notify(new Uint8Array(1));
    await pool.close();
  });
});
