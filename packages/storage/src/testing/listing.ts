import assert from 'node:assert/strict';
import { textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { keysOf, rejectsWith } from './expectations.ts';

/** What `list` promises, but for paging. */
export const listingCases: readonly ConformanceCase[] = [
  storeCase('an empty store, and a prefix of nothing, list nothing', async (store) => {
    assert.deepEqual(await store.list(''), { objects: [] });
    await store.createIfAbsent('a/b', textBytes('x'));
    for (const prefix of ['b', 'a/c', 'a/b/', 'a/b/c', 'no/such/folder/', 'a/bb']) {
      assert.deepEqual(await store.list(prefix), { objects: [] }, prefix);
    }
  }),
  storeCase('a listing shows what was written and not what was deleted, at once', async (store) => {
    if (!store.capabilities.listAfterWrite) return;
    for (let round = 0; round < 20; round += 1) {
      const key = `rounds/${round}`;
      await store.createIfAbsent(key, textBytes('x'));
      assert.ok((await keysOf(store, 'rounds/')).includes(key));
      if (round % 2 === 1) await store.delete(key);
    }
    assert.equal((await keysOf(store, 'rounds/')).length, 10);
  }),
  storeCase('a listing tells the size of each object', async (store) => {
    for (const size of [0, 1, 1000]) await store.createIfAbsent(`size/${size}`, new Uint8Array(size));
    const { objects } = await store.list('size/');
    assert.deepEqual(
      objects.map(({ key, size }) => [key, size]),
      [
        ['size/0', 0],
        ['size/1', 1],
        ['size/1000', 1000],
      ],
    );
  }),
  storeCase('a limit out of its bounds is INVALID_ARGUMENT', async (store) => {
    for (const limit of [0, -1, 10_001, 1.5, Number.NaN]) {
      await rejectsWith('INVALID_ARGUMENT', () => store.list('', { limit }));
    }
    await store.list('', { limit: 10_000 });
  }),
];
