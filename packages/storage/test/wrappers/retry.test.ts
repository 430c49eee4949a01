import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../src/contract.ts';
import { StorageError } from '../../src/errors.ts';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { readObject } from '../../src/reading.ts';
import { patternBytes, streamOf } from '../../src/testing/bytes.ts';
import { delegate } from '../../src/wrappers/delegate.ts';
import { withFaults } from '../../src/wrappers/faults.ts';
import type { Fault } from '../../src/wrappers/faults.ts';
import { withRetry } from '../../src/wrappers/retry.ts';
import type { RetryOptions } from '../../src/wrappers/retry.ts';
import { seededFaults } from '../../src/wrappers/seeded-faults.ts';
import { conforms } from '../conformance.ts';
import { bytes, failureOf, stream, text } from '../expectations.ts';

const SMALL = { largeBytes: 2 ** 21, manyKeys: 300 };
const noWait: RetryOptions = { sleep: async () => undefined };

conforms('withRetry', async () => withRetry(memoryStore()), SMALL);

for (const seed of [1, 2, 3]) {
  conforms(
    `withRetry over a store that fails, loses answers and breaks off bodies (seed ${seed})`,
    async () => {
      const decide = seededFaults({
        seed,
        rate: 0.2,
        kinds: ['error-before', 'error-after', 'short-read'],
        accepts: ({ isReplayable }) => isReplayable,
      });
      return withRetry(withFaults(memoryStore(), { decide }), { ...noWait, attempts: 20 });
    },
    SMALL,
  );
}

/** A store whose calls have the faults of a list, in order. */
function faulty(faults: readonly (Fault | undefined)[], inner = memoryStore()): ObjectStore {
  return withFaults(inner, { decide: ({ index }) => faults[index - 1] });
}

describe('waits', () => {
  test('are random below a ceiling that doubles up to its cap, and told before they begin', async () => {
    const waits: number[] = [];
    const told: [number, number, string][] = [];
    const store = withRetry(faulty(Array.from({ length: 5 }, () => ({ kind: 'error-before' }))), {
      attempts: 6,
      baseMs: 100,
      capMs: 500,
      random: () => 0.5,
      sleep: async (ms) => void waits.push(ms),
      onRetry: ({ attempt, waitMs, error }) => told.push([attempt, waitMs, error.code]),
    });
    expect(await store.stat('a')).toBeUndefined();
    expect(waits).toEqual([50, 100, 200, 250, 250]);
    expect(told.map(([attempt, waitMs]) => [attempt, waitMs])).toEqual([1, 2, 3, 4, 5].map((n) => [n, waits[n - 1]]));
  });

  test('end with an abort', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const store = withRetry(faulty(Array.from({ length: 9 }, () => ({ kind: 'error-before' }))), {
      baseMs: 3_600_000,
      capMs: 3_600_000,
      random: () => 0.99,
      onRetry: () => setImmediate(() => abort.abort(reason)),
    });
    await expect(store.stat('a', { signal: abort.signal })).rejects.toBe(reason);
  });
});

test('the last error is thrown when all attempts have failed', async () => {
  const store = withRetry(faulty([{ kind: 'error-before' }, { kind: 'error-before' }]), { ...noWait, attempts: 2 });
  await failureOf(store.list(''), 'UNAVAILABLE');
  expect(await store.list('')).toEqual({ objects: [] });
});

test.each([
  new StorageError('ACCESS_DENIED', 'no'),
  new StorageError('UNAVAILABLE', 'no', { retryable: false }),
  new Error('no'),
])('what is not worth a retry is thrown at once: %s', async (error) => {
  let calls = 0;
  const inner = delegate(memoryStore(), {
    async stat() {
      calls += 1;
      throw error;
    },
  });
  await expect(withRetry(inner, noWait).stat('a')).rejects.toBe(error);
  expect(calls).toBe(1);
});

test('a body that can be sent once is not sent again', async () => {
  for (const call of ['createIfAbsent', 'put'] as const) {
    const inner = memoryStore();
    const store = withRetry(faulty([{ kind: 'error-before' }], inner), noWait);
    await failureOf(store[call]('a', stream('x')), 'UNAVAILABLE');
    expect(await inner.stat('a')).toBeUndefined();
  }
});

describe('a create that hears "already there" after a failure', () => {
  const lost: Fault = { kind: 'error-after' };
  const failed: Fault = { kind: 'error-before' };

  test.each([
    ['an array', patternBytes(100)],
    ['a function', () => streamOf(patternBytes(100_000), 777)],
    ['a body shorter than what is compared', bytes('tiny')],
  ])('recognises its own object: %s', async (_, body) => {
    const inner = memoryStore();
    const outcome = await withRetry(faulty([lost, lost, undefined], inner), noWait).createIfAbsent('a', body);
    expect(outcome).toEqual({ created: true, version: (await inner.stat('a'))?.version });
  });

  test.each([
    ['another token', patternBytes(100, 2)],
    ['the same beginning and another size', new Uint8Array([...patternBytes(100, 1), 0])],
    ['a shorter beginning', patternBytes(100, 1).slice(0, 30)],
  ])('knows that it lost to %s', async (_, theirs) => {
    const inner = memoryStore();
    const store = withRetry(faulty([failed], inner), {
      sleep: async () => void (await inner.createIfAbsent('a', theirs)),
    });
    expect(await store.createIfAbsent('a', patternBytes(100, 1))).toEqual({ created: false });
    expect(await readObject(inner, 'a')).toEqual(theirs);
  });

  test('goes on asking when reading back fails too', async () => {
    const store = withRetry(faulty([lost, undefined, failed, undefined, { kind: 'short-read', bytes: 5 }]), noWait);
    expect((await store.createIfAbsent('a', patternBytes(100))).created).toBe(true);
  });

  test('says that it lost when what was there is gone again', async () => {
    const inner = memoryStore();
    const vanishing = delegate(inner, {
      createIfAbsent: async () => ({ created: false }),
    });
    const store = withRetry(faulty([failed], vanishing), noWait);
    expect(await store.createIfAbsent('a', bytes('x'))).toEqual({ created: false });
  });

  test('a first answer is believed: the same bytes of another writer are not ours', async () => {
    const inner = memoryStore();
    await inner.createIfAbsent('a', bytes('same'));
    expect(await withRetry(inner).createIfAbsent('a', bytes('same'))).toEqual({ created: false });
  });
});

test('a replace whose answer was lost recognises its own success', async () => {
  const inner = memoryStore();
  await inner.put('a', bytes('old'));
  const version = (await inner.stat('a'))?.version ?? '';
  const store = withRetry(faulty([{ kind: 'error-after' }], inner), noWait);
  const outcome = await store.replace?.('a', bytes('new'), version);
  expect(outcome).toEqual({ replaced: true, version: (await inner.stat('a'))?.version });
});

test('put and delete are simply done again', async () => {
  const inner = memoryStore();
  const store = withRetry(faulty([{ kind: 'error-after' }, undefined, { kind: 'error-after' }], inner), noWait);
  await store.put('a', bytes('x'));
  await store.delete('a');
  expect(await inner.stat('a')).toBeUndefined();
});

describe('a body that breaks off', () => {
  test.each([0, 1, 70, 999])('goes on where it broke, after %d bytes', async (length) => {
    const inner = memoryStore();
    const content = patternBytes(1000);
    await inner.createIfAbsent('a', content);
    const cut: Fault = { kind: 'short-read', bytes: length };
    const store = withRetry(faulty([cut, { kind: 'error-before' }, cut], inner), noWait);
    expect(await readObject(store, 'a')).toEqual(content);
    const again = withRetry(faulty([{ kind: 'short-read', bytes: Math.min(length, 99) }], inner), noWait);
    expect(await readObject(again, 'a', { range: { start: 100, end: 200 } })).toEqual(content.slice(100, 200));
  });

  test('is given up after as many attempts without a byte as a call has', async () => {
    const inner = memoryStore();
    await inner.createIfAbsent('a', bytes('hello'));
    const cut: Fault = { kind: 'short-read', bytes: 0 };
    const store = withRetry(withFaults(inner, { decide: () => cut }), { ...noWait, attempts: 4 });
    await failureOf(readObject(store, 'a'), 'SHORT_READ');
  });

  test('does not go on with another object', async () => {
    const inner = memoryStore();
    await inner.put('a', bytes('old content'));
    const store = withRetry(faulty([{ kind: 'short-read', bytes: 3 }], inner), {
      sleep: async () => inner.put('a', bytes('new content')),
    });
    await failureOf(readObject(store, 'a'), 'IO_FAILED');
  });

  test('fails for good when the error is not worth a retry', async () => {
    const inner = memoryStore();
    await inner.createIfAbsent('a', bytes('hello'));
    const store = withRetry(faulty([{ kind: 'short-read', bytes: 3 }], inner), {
      sleep: async () => inner.delete('a'),
    });
    const parts: string[] = [];
    const reading = await store.get('a');
    const read = async (): Promise<void> => {
      for await (const chunk of reading.body) parts.push(text(chunk));
    };
    await failureOf(read(), 'NOT_FOUND');
    expect(parts).toEqual(['hel']);
  });
});
