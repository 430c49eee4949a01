import assert from 'node:assert/strict';
import { MAX_KEY_BYTES } from '../key.ts';
import { textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { holds, keysOf, rejectsWith } from './expectations.ts';

const INVALID_KEYS = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  './a',
  'a/.',
  'a/../b',
  'A',
  'a b',
  'a~',
  'a\\b',
  'a:b',
  'é',
  'a\n',
  'a\0b',
];
const INVALID_PREFIXES = ['/', '/a', 'a//', '../', 'a/./b', 'A', 'a*', 'é', 'a\0'];
const TOO_LONG = 'k'.repeat(MAX_KEY_BYTES + 1);

const ODD_KEYS = [
  'k'.repeat(MAX_KEY_BYTES),
  `deep${'/d'.repeat(98)}`,
  '0',
  '-',
  '_',
  '.hidden',
  '..two',
  'a...z',
  'tmp.part',
  'folder.d/a',
  'folder-d/a',
  '.tmp-1',
];

/** Which strings are keys. */
export const keyCases: readonly ConformanceCase[] = [
  storeCase('an invalid key is refused by every call', async (store) => {
    for (const key of [...INVALID_KEYS, TOO_LONG]) {
      await rejectsWith('INVALID_KEY', () => store.createIfAbsent(key, textBytes('x')));
      await rejectsWith('INVALID_KEY', () => store.put(key, textBytes('x')));
      await rejectsWith('INVALID_KEY', () => store.get(key));
      await rejectsWith('INVALID_KEY', () => store.stat(key));
      await rejectsWith('INVALID_KEY', () => store.delete(key));
      const { replace } = store;
      if (replace !== undefined) await rejectsWith('INVALID_KEY', () => replace.call(store, key, textBytes('x'), '1'));
    }
    assert.deepEqual(await keysOf(store), []);
  }),
  storeCase('a prefix that no key can start with is refused', async (store) => {
    for (const prefix of [...INVALID_PREFIXES, TOO_LONG]) await rejectsWith('INVALID_KEY', () => store.list(prefix));
  }),
  storeCase('every kind of valid key is stored, listed and found', async (store) => {
    for (const key of ODD_KEYS) assert.equal((await store.createIfAbsent(key, textBytes(key))).created, true, key);
    for (const key of ODD_KEYS) await holds(store, key, textBytes(key));
    assert.deepEqual(await keysOf(store), ODD_KEYS.toSorted());
  }),
  storeCase('a key that is a folder of others is no object', async (store) => {
    await store.createIfAbsent('a/b/c', textBytes('x'));
    for (const key of ['a', 'a/b', 'a/b/c/d', 'b']) {
      assert.equal(await store.stat(key), undefined, key);
      await rejectsWith('NOT_FOUND', () => store.get(key));
      await store.delete(key);
    }
    await holds(store, 'a/b/c', textBytes('x'));
  }),
  storeCase(
    'an object whose key is a folder of others is kept beside them, or refused as KEY_CONFLICT',
    async (store) => {
      await store.createIfAbsent('a/b', textBytes('first'));
      for (const key of ['a', 'a/b/c']) {
        const write = store.createIfAbsent(key, textBytes('second'));
        const isKept = await write.then(
          ({ created }) => created,
          () => false,
        );
        if (isKept) await holds(store, key, textBytes('second'));
        else await rejectsWith('KEY_CONFLICT', () => write);
      }
      await holds(store, 'a/b', textBytes('first'));
    },
  ),
];
