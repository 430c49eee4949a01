import { expect, test } from 'vitest';
import type { ObjectStore } from '../../src/contract.ts';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { readObject } from '../../src/reading.ts';
import { withCache } from '../../src/wrappers/cache.ts';
import type { CacheOptions } from '../../src/wrappers/cache.ts';
import { delegate } from '../../src/wrappers/delegate.ts';
import { conforms } from '../conformance.ts';
import { bytes, failureOf, text } from '../expectations.ts';

conforms('withCache', async () => withCache(memoryStore()), { largeBytes: 2 ** 21, manyKeys: 300 });

/** A cache over a store that counts its reads. */
function counted(options?: CacheOptions): { cached: ObjectStore; inner: ObjectStore; reads: () => number } {
  const inner = memoryStore();
  let reads = 0;
  const store = delegate(inner, {
    get(key, call) {
      reads += 1;
      return inner.get(key, call);
    },
  });
  return { cached: withCache(store, options), inner, reads: () => reads };
}

test('an object that was read whole comes from memory from then on, ranges too', async () => {
  const { cached, reads } = counted();
  await cached.createIfAbsent('a', bytes('hello'));
  for (let round = 0; round < 3; round += 1) expect(text(await readObject(cached, 'a'))).toBe('hello');
  expect(text(await readObject(cached, 'a', { range: { start: 1, end: 3 } }))).toBe('el');
  await failureOf(readObject(cached, 'a', { range: { start: 6 } }), 'INVALID_RANGE');
  const { body: _, ...info } = await cached.get('a');
  expect(info).toEqual(await cached.stat('a'));
  expect(reads()).toBe(1);
});

test('ranges and bodies left early are not kept', async () => {
  const { cached, inner, reads } = counted();
  await cached.createIfAbsent('a', bytes('hello'));
  await readObject(cached, 'a', { range: { start: 0, end: 2 } });
  const early = await cached.get('a');
  for await (const chunk of early.body) if (chunk.length > 0) break;
  await cached.get('a');
  await inner.delete('a');
  await failureOf(cached.get('a'), 'NOT_FOUND');
  expect(reads()).toBe(4);
});

test('what a reader does to its bytes stays with it', async () => {
  const { cached } = counted();
  await cached.createIfAbsent('a', bytes('hello'));
  for (let round = 0; round < 2; round += 1) for await (const chunk of (await cached.get('a')).body) chunk.fill(0);
  expect(text(await readObject(cached, 'a'))).toBe('hello');
});

test('the objects used longest ago make room', async () => {
  const { cached, reads } = counted({ maxBytes: 2 * (512 + 100) });
  for (const key of ['a', 'b', 'c']) await cached.createIfAbsent(key, new Uint8Array(100));
  for (const key of ['a', 'b', 'a', 'c']) await readObject(cached, key);
  expect(reads()).toBe(3);
  await readObject(cached, 'a');
  await readObject(cached, 'c');
  expect(reads()).toBe(3);
  await readObject(cached, 'b');
  expect(reads()).toBe(4);
});

test('large objects, and keys that are not accepted, are always read', async () => {
  const { cached, reads } = counted({ maxObjectBytes: 4, accepts: (key) => key !== 'no' });
  await cached.createIfAbsent('large', bytes('hello'));
  await cached.createIfAbsent('no', bytes('x'));
  for (const key of ['large', 'large', 'no', 'no']) await readObject(cached, key);
  expect(reads()).toBe(4);
});

test('put, replace and delete through the wrapper are seen', async () => {
  const { cached } = counted();
  await cached.put('a', bytes('one'));
  expect(text(await readObject(cached, 'a'))).toBe('one');
  await cached.put('a', bytes('two'));
  expect(text(await readObject(cached, 'a'))).toBe('two');
  await cached.replace?.('a', bytes('three'), (await cached.stat('a'))?.version ?? '');
  expect(text(await readObject(cached, 'a'))).toBe('three');
  await cached.delete('a');
  await failureOf(cached.get('a'), 'NOT_FOUND');
});

test('a read that a write overtakes is not kept', async () => {
  const { cached } = counted();
  await cached.put('a', bytes('old'));
  for await (const chunk of (await cached.get('a')).body) {
    expect(text(chunk)).toBe('old');
    await cached.put('a', bytes('new'));
  }
  expect(text(await readObject(cached, 'a'))).toBe('new');
});
