import { describe, expect, test } from 'vitest';
import { collect } from '../../src/body.ts';
import type { ObjectStore } from '../../src/contract.ts';
import { StorageError } from '../../src/errors.ts';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { storeConformance } from '../../src/testing/conformance.ts';
import { delegate } from '../../src/wrappers/delegate.ts';
import type { Overrides } from '../../src/wrappers/delegate.ts';

/** Each breaks one promise of the contract; a suite that lets one pass is worth nothing. */
const MUTANTS: Readonly<Record<string, (store: ObjectStore) => Overrides>> = {
  'create overwrites': (store) => ({
    async createIfAbsent(key, body, call) {
      await store.put(key, body, call);
      return { created: true, version: (await store.stat(key))?.version ?? '' };
    },
  }),
  'create looks before it writes, and two may look at once': (store) => ({
    async createIfAbsent(key, body, call) {
      if ((await store.stat(key)) !== undefined) return { created: false };
      await store.put(key, body, call);
      return { created: true, version: (await store.stat(key))?.version ?? '' };
    },
  }),
  'a failed body leaves what came of it': (store) => ({
    async createIfAbsent(key, body, call) {
      const parts: Uint8Array[] = [];
      try {
        return await store.createIfAbsent(key, tapped(body, parts), call);
      } catch (error) {
        if (!(error instanceof StorageError) && parts.length > 0) await store.createIfAbsent(key, Buffer.concat(parts));
        throw error;
      }
    },
  }),
  'signals are ignored': (store) => ({ createIfAbsent: (key, body) => store.createIfAbsent(key, body) }),
  'keys are not checked': (store) => ({ stat: async (key) => store.stat(key).catch(() => undefined) }),
  'ranges include their end': (store) => ({
    get: (key, call) => {
      const { start, end } = call?.range ?? { start: 0 };
      return store.get(key, { ...call, range: { start, end: end === undefined ? undefined : end + 1 } });
    },
  }),
  'a range beyond the end is empty': (store) => ({
    async get(key, call) {
      const size = (await store.stat(key))?.size ?? 0;
      const start = Math.min(call?.range?.start ?? 0, size);
      return store.get(key, { ...call, range: { ...call?.range, start } });
    },
  }),
  'a size is that of the range': (store) => ({
    async get(key, call) {
      const reading = await store.get(key, call);
      return call?.range?.end === undefined ? reading : { ...reading, size: call.range.end - call.range.start };
    },
  }),
  'a page leaves out its last object': (store) => ({
    async list(prefix, call) {
      const page = await store.list(prefix, call);
      return { ...page, objects: page.objects.slice(0, call?.limit ?? 1000).slice(0, -1) };
    },
  }),
  'a listing is in the order of folders': (store) => ({
    async list(prefix, call) {
      const page = await store.list(prefix, call);
      const byFolder = (key: string): string => key.replaceAll('/', '\0');
      return {
        ...page,
        objects: page.objects.toSorted((left, right) => (byFolder(left.key) < byFolder(right.key) ? -1 : 1)),
      };
    },
  }),
  'a prefix ends at a slash': (store) => ({
    list: (prefix, call) => store.list(prefix.slice(0, prefix.lastIndexOf('/') + 1), call),
  }),
  '`after` is included': (store) => ({
    async list(prefix, call) {
      const page = await store.list(prefix, call);
      const first = call?.after === undefined ? undefined : await store.stat(call.after).catch(() => undefined);
      return first === undefined ? page : { ...page, objects: [first, ...page.objects] };
    },
  }),
  'no limit is too high': (store) => ({
    list: (prefix, call) => store.list(prefix, { ...call, limit: Math.min(call?.limit ?? 1000, 10_000) }),
  }),
  'deleting nothing is an error': (store) => ({
    async delete(key, call) {
      if ((await store.stat(key)) === undefined) throw new StorageError('NOT_FOUND', 'nothing there');
      await store.delete(key, call);
    },
  }),
  'delete does nothing': (store) => ({ delete: async (key, call) => void (await store.stat(key, call)) }),
  'put keeps the first': (store) => ({
    put: async (key, body, call) => void (await store.createIfAbsent(key, body, call)),
  }),
  'replace does not look at the version': (store) => ({
    async replace(key, body, _, call) {
      await store.put(key, body, call);
      return { replaced: true, version: (await store.stat(key))?.version ?? '' };
    },
  }),
  'replace is missing': () => ({ replace: undefined }),
  'the stored bytes are those of the caller': (store) => {
    const shared = new Map<string, Uint8Array>();
    return {
      async createIfAbsent(key, body, call) {
        if (body instanceof Uint8Array) shared.set(key, body);
        return store.createIfAbsent(key, body, call);
      },
      async get(key, call) {
        const reading = await store.get(key, call);
        const own = shared.get(key);
        return own === undefined || call?.range !== undefined ? reading : { ...reading, body: tapped(own, []) };
      },
    };
  },
  'a body is written in one piece, in another order': (store) => ({
    createIfAbsent: async (key, body, call) =>
      store.createIfAbsent(
        key,
        body instanceof Uint8Array ? body : (await collect(body, call?.signal)).toReversed(),
        call,
      ),
  }),
};

const suite = storeConformance({ largeBytes: 2 ** 20, manyKeys: 1100 });

/** The title of the first case that fails. */
async function firstFailure(makeStore: () => ObjectStore): Promise<string | undefined> {
  for (const { title, run } of suite) {
    const hasFailed = await run(async () => makeStore()).then(
      () => false,
      () => true,
    );
    if (hasFailed) return title;
  }
  return undefined;
}

describe('the suite notices a store where', () => {
  test.each(Object.entries(MUTANTS))('%s', async (_, mutate) => {
    const makeStore = (): ObjectStore => {
      const store = memoryStore();
      return delegate(store, mutate(store));
    };
    expect(await firstFailure(makeStore)).toBeDefined();
  });
});

test('the titles are all different', () => {
  expect(new Set(suite.map(({ title }) => title)).size).toBe(suite.length);
});

async function* tapped(body: Parameters<ObjectStore['put']>[1], parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  const source = typeof body === 'function' ? body() : body;
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  for await (const chunk of source) {
    parts.push(chunk);
    yield chunk;
  }
}
