import { expect, test } from 'vitest';
import type { ObjectStore } from '../src/contract.ts';
import { memoryStore } from '../src/memory/memory-store.ts';
import { listAll, readAll, readObject } from '../src/reading.ts';
import { delegate } from '../src/wrappers/delegate.ts';
import { bytes, failureOf, gather, keysOf, stream, text } from './expectations.ts';

/** A store whose bodies are not what it promised. */
function lying(body: () => AsyncIterable<Uint8Array>): ObjectStore {
  const store = memoryStore();
  return delegate(store, { get: async (key, call) => ({ ...(await store.get(key, call)), body: body() }) });
}

test('readObject reads an object, or a range of it', async () => {
  const store = memoryStore();
  await store.createIfAbsent('a', bytes('hello'));
  expect(text(await readObject(store, 'a'))).toBe('hello');
  expect(text(await readObject(store, 'a', { range: { start: 1, end: 3 } }))).toBe('el');
  expect(text(await readObject(store, 'a', { range: { start: 3, end: 99 }, maxBytes: 2 }))).toBe('lo');
});

test('an object beyond the limit is TOO_LARGE before a byte of it is read', async () => {
  let pulled = 0;
  const store = lying(async function* () {
    pulled += 1;
    yield bytes('hello');
  });
  await store.createIfAbsent('a', bytes('hello'));
  await failureOf(readObject(store, 'a', { maxBytes: 4 }), 'TOO_LARGE');
  await failureOf(readObject(store, 'a', { maxBytes: 1, range: { start: 2, end: 4 } }), 'TOO_LARGE');
  expect(pulled).toBe(0);
});

test.each([
  ['ends early', ['hel']],
  ['is empty', []],
  ['goes on in the same chunk', ['hello!']],
  ['goes on in another chunk', ['hello', '!']],
  ['ends early after several chunks', ['he', 'l']],
])('a body that %s is SHORT_READ, never silently another length', async (_, parts) => {
  const store = lying(() => stream(...parts));
  await store.createIfAbsent('a', bytes('hello'));
  expect(await failureOf(readObject(store, 'a'), 'SHORT_READ')).toMatchObject({ retryable: true, key: 'a' });
});

test('a body in many chunks is put together', async () => {
  const store = lying(() => stream('h', 'e', 'llo'));
  await store.createIfAbsent('a', bytes('hello'));
  expect(text(await readObject(store, 'a'))).toBe('hello');
});

test('readAll reads a body of unknown length up to a limit', async () => {
  expect(text(await readAll(stream('a', 'bc')))).toBe('abc');
  expect((await readAll(stream())).length).toBe(0);
  await failureOf(readAll(stream('a', 'bc'), 2), 'TOO_LARGE');
});

test('listAll goes through all pages, also short and empty ones, and may start anywhere', async () => {
  const store = memoryStore();
  const keys = ['a/1', 'a/2', 'a/3', 'a/4', 'b'];
  for (const key of keys) await store.createIfAbsent(key, bytes(key));
  const oneByOne = delegate(store, {
    async list(prefix, call) {
      const page = await store.list(prefix, { ...call, limit: 1 });
      const [first] = page.objects;
      return first?.key === 'a/2' ? { ...page, objects: [] } : page;
    },
  });
  expect(await keysOf(oneByOne)).toEqual(['a/1', 'a/3', 'a/4', 'b']);
  const rest = await gather(listAll(store, 'a/', { after: 'a/2' }));
  expect(rest.map(({ key }) => key)).toEqual(['a/3', 'a/4']);
});
