import { expect, test } from 'vitest';
import type { ObjectStore } from '../../src/contract.ts';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { readObject } from '../../src/reading.ts';
import { delegate } from '../../src/wrappers/delegate.ts';
import { withLimit } from '../../src/wrappers/limit.ts';
import { conforms } from '../conformance.ts';
import { bytes, text } from '../expectations.ts';

conforms('withLimit', async () => withLimit(memoryStore(), { reads: 3, writes: 2 }), {
  largeBytes: 2 ** 21,
  manyKeys: 300,
});
conforms('withLimit of one', async () => withLimit(memoryStore(), { reads: 1, writes: 1 }), {
  largeBytes: 2 ** 21,
  manyKeys: 300,
});

/** A store that counts how many calls run at once, and lets the event loop turn within each. */
function counting(): { store: ObjectStore; most: () => number } {
  const inner = memoryStore();
  let running = 0;
  let most = 0;
  const counted = async <T>(call: () => Promise<T>): Promise<T> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    try {
      return await call();
    } finally {
      running -= 1;
    }
  };
  const store = delegate(inner, {
    createIfAbsent: (key, body) => counted(() => inner.createIfAbsent(key, body)),
    stat: (key) => counted(() => inner.stat(key)),
    list: (prefix) => counted(() => inner.list(prefix)),
  });
  return { store, most: () => most };
}

test('no more than the limit run at once, and all run in the end', async () => {
  const { store, most } = counting();
  const limited = withLimit(store, { writes: 4 });
  const keys = Array.from({ length: 50 }, (_, index) => `k/${index}`);
  await Promise.all(keys.map((key) => limited.createIfAbsent(key, bytes(key))));
  expect(most()).toBe(4);
  expect((await limited.list('')).objects).toHaveLength(50);
});

test('reads have a limit of their own', async () => {
  const { store, most } = counting();
  const limited = withLimit(store, { reads: 2, writes: 1 });
  await Promise.all([
    ...Array.from({ length: 9 }, () => limited.stat('a')),
    ...Array.from({ length: 9 }, () => limited.list('')),
    ...Array.from({ length: 9 }, (_, index) => limited.createIfAbsent(`k/${index}`, bytes('x'))),
  ]);
  expect(most()).toBe(3);
});

test('a reader that stops in its body blocks nobody, and a copy within the store does not lock up', async () => {
  const limited = withLimit(memoryStore(), { reads: 1, writes: 1 });
  await limited.createIfAbsent('a', bytes('hello'));
  const idle = await limited.get('a');
  for await (const chunk of (await limited.get('a')).body) {
    expect(text(chunk)).toBe('hello');
    expect(text(await readObject(limited, 'a'))).toBe('hello');
  }
  await limited.createIfAbsent('copy', idle.body);
  expect(text(await readObject(limited, 'copy'))).toBe('hello');
});

test('an abort while waiting gives up the place', async () => {
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const inner = memoryStore();
  const slow = delegate(inner, {
    async stat(key) {
      started.resolve();
      await finish.promise;
      return inner.stat(key);
    },
  });
  const limited = withLimit(slow, { reads: 1 });
  const first = limited.stat('a');
  await started.promise;
  const abort = new AbortController();
  const reason = new Error('enough');
  const second = limited.list('', { signal: abort.signal });
  const third = limited.list('');
  abort.abort(reason);
  await expect(second).rejects.toBe(reason);
  finish.resolve();
  expect(await first).toBeUndefined();
  expect(await third).toEqual({ objects: [] });
});

test('a failing call gives its place back', async () => {
  const limited = withLimit(memoryStore(), { reads: 1 });
  for (let round = 0; round < 3; round += 1) await expect(limited.get('nothing')).rejects.toThrow('nothing');
  expect(await limited.stat('nothing')).toBeUndefined();
});

test.each([0, -1, 1.5, Number.NaN])('a limit of %d is refused', (slots) => {
  expect(() => withLimit(memoryStore(), { reads: slots })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
  expect(() => withLimit(memoryStore(), { writes: slots })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});
