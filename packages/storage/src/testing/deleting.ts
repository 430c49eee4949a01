import assert from 'node:assert/strict';
import { textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { holds, isFree, keysOf } from './expectations.ts';

/** What `delete` promises. */
export const deletingCases: readonly ConformanceCase[] = [
  storeCase('delete removes the object and frees its key', async (store) => {
    await store.createIfAbsent('a/b', textBytes('first'));
    await store.delete('a/b');
    await isFree(store, 'a/b');
  }),
  storeCase('deleting what is not there is no error', async (store) => {
    await store.delete('nothing');
    await store.delete('no/folder/either');
    await store.createIfAbsent('a', textBytes('x'));
    await store.delete('a');
    await store.delete('a');
    assert.deepEqual(await keysOf(store), []);
  }),
  storeCase('delete leaves every other object alone', async (store) => {
    const others = ['a-b', 'a/b0', 'a/bb', 'a/c', 'a0'];
    for (const key of [...others, 'a/b']) await store.createIfAbsent(key, textBytes(key));
    await store.delete('a/b');
    assert.deepEqual(await keysOf(store), others);
    for (const key of others) await holds(store, key, textBytes(key));
  }),
  storeCase('deletes of one object at the same time all succeed', async (store) => {
    await store.createIfAbsent('a/b', textBytes('x'));
    await Promise.all(Array.from({ length: 16 }, () => store.delete('a/b')));
    assert.equal(await store.stat('a/b'), undefined);
  }),
];
