import assert from 'node:assert/strict';
import type { ObjectStore } from '../contract.ts';
import { textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';

/** In bytewise order, which is not the order of folder by folder: `-` and `.` sort before `/`, digits and letters after it. */
const ORDERED_KEYS = [
  '-/a',
  'a-',
  'a-a',
  'a-b/c',
  'a.a',
  'a.b/c',
  'a/-',
  'a/.b',
  'a/b-/c',
  'a/b-c',
  'a/b.c',
  'a/b/-',
  'a/b/c',
  'a/b/c-d',
  'a/b0',
  'a/b_c',
  'a/c/d/e/f',
  'a/c/d/e0',
  'a0/b',
  'a_b',
  'aa/a',
  'ab',
  'b',
];

/** What prefixes, `after` and pages of `list` promise. */
export const pagingCases: readonly ConformanceCase[] = [
  storeCase('keys are listed in bytewise order', async (store) => {
    await fill(store);
    assert.deepEqual(await pagesOf(store, '', 10_000), ORDERED_KEYS);
  }),
  storeCase('pages of every size put together are the whole listing', async (store) => {
    await fill(store);
    for (let limit = 1; limit <= ORDERED_KEYS.length + 1; limit += 1) {
      assert.deepEqual(await pagesOf(store, '', limit), ORDERED_KEYS, `limit ${limit}`);
    }
  }),
  storeCase('every prefix lists the keys that start with it, in pages too', async (store) => {
    await fill(store);
    const prefixes = new Set(ORDERED_KEYS.flatMap((key) => Array.from(key, (_, end) => key.slice(0, end + 1))));
    for (const prefix of prefixes) {
      const expected = ORDERED_KEYS.filter((key) => key.startsWith(prefix));
      for (const limit of [1, 3, 1000]) assert.deepEqual(await pagesOf(store, prefix, limit), expected, prefix);
    }
  }),
  storeCase('`after` may be any key, also one that is not there', async (store) => {
    await fill(store);
    for (const after of [...ORDERED_KEYS, '-', 'a', 'a/', 'a/b', 'a/b/', 'a/b/b', 'a/c/d/e/f/g', 'aa', 'zz', '0']) {
      const expected = ORDERED_KEYS.filter((key) => key > after);
      const { objects } = await store.list('', { after });
      assert.deepEqual(
        objects.map(({ key }) => key),
        expected,
        after,
      );
      const below = await store.list('a/b', { after, limit: 2 });
      const expectedBelow = expected.filter((key) => key.startsWith('a/b')).slice(0, 2);
      assert.deepEqual(
        below.objects.map(({ key }) => key),
        expectedBelow,
        after,
      );
    }
  }),
  storeCase('a page goes on behind the last one when that object has been deleted', async (store) => {
    await fill(store);
    const listed: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.list('', { after, limit: 2 });
      listed.push(...page.objects.map(({ key }) => key));
      for (const { key } of page.objects) await store.delete(key);
      after = page.next;
    } while (after !== undefined);
    assert.deepEqual(listed, ORDERED_KEYS);
    assert.deepEqual((await store.list('')).objects, []);
  }),
];

async function fill(store: ObjectStore): Promise<void> {
  for (const key of ORDERED_KEYS.toReversed()) await store.createIfAbsent(key, textBytes(key));
}

async function pagesOf(store: ObjectStore, prefix: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list(prefix, { after, limit });
    assert.ok(page.objects.length <= limit, `Expected at most ${limit} objects in a page, got ${page.objects.length}`);
    keys.push(...page.objects.map(({ key }) => key));
    after = page.next;
  } while (after !== undefined);
  return keys;
}
