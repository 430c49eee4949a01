import assert from 'node:assert/strict';
import type { ByteRange } from '../contract.ts';
import { readObject } from '../reading.ts';
import { patternBytes, textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { holds, rejectsWith } from './expectations.ts';

const MiB = 1024 * 1024;

const RANGES: readonly ByteRange[] = [
  { start: 0 },
  { start: 0, end: 0 },
  { start: 0, end: 1 },
  { start: 3, end: 7 },
  { start: 9 },
  { start: 9, end: 10 },
  { start: 5, end: 5 },
  { start: 10 },
  { start: 10, end: 10 },
  { start: 10, end: 99 },
  { start: 0, end: 99 },
  { start: 4, end: Number.MAX_SAFE_INTEGER },
];

const INVALID_RANGES: readonly ByteRange[] = [
  { start: 11 },
  { start: 11, end: 12 },
  { start: -1 },
  { start: -3, end: 2 },
  { start: 5, end: 4 },
  { start: 0.5 },
  { start: 0, end: 1.5 },
  { start: Number.NaN },
];

/** What `get` and `stat` promise. */
export const readingCases: readonly ConformanceCase[] = [
  storeCase('what is not there is NOT_FOUND for get and undefined for stat', async (store) => {
    await rejectsWith('NOT_FOUND', () => store.get('nothing'));
    await rejectsWith('NOT_FOUND', () => store.get('no/folder/either', { range: { start: 5 } }));
    assert.equal(await store.stat('nothing'), undefined);
    assert.equal(await store.stat('no/folder/either'), undefined);
  }),
  storeCase('a range gives its bytes, cut at the end of the object', async (store) => {
    const bytes = patternBytes(10);
    await store.createIfAbsent('ten', bytes);
    for (const range of RANGES) {
      const found = await readObject(store, 'ten', { range });
      assert.deepEqual([...found], Array.from(bytes.subarray(range.start, range.end)), JSON.stringify(range));
      assert.equal((await store.get('ten', { range })).size, 10);
    }
  }),
  storeCase('a range that starts beyond the end, or is none, is INVALID_RANGE', async (store) => {
    await store.createIfAbsent('ten', patternBytes(10));
    await store.createIfAbsent('empty', new Uint8Array(0));
    for (const range of INVALID_RANGES) await rejectsWith('INVALID_RANGE', () => store.get('ten', { range }));
    await rejectsWith('INVALID_RANGE', () => store.get('empty', { range: { start: 1 } }));
    assert.equal((await readObject(store, 'empty', { range: { start: 0 } })).length, 0);
  }),
  storeCase('ranges of a larger object are right wherever they are cut', async (store) => {
    const bytes = patternBytes(3 * MiB + 17);
    await store.createIfAbsent('larger', bytes);
    for (const start of [0, 1, 65_535, MiB - 1, MiB, 2 * MiB + 3, bytes.length - 1]) {
      for (const size of [1, 65_537, MiB, 2 * MiB]) {
        const found = await readObject(store, 'larger', { range: { start, end: start + size } });
        assert.equal(Buffer.compare(found, bytes.subarray(start, start + size)), 0, `${size} bytes at ${start}`);
      }
    }
  }),
  storeCase('a body may be left early, or never be read', async (store) => {
    const bytes = patternBytes(9 * MiB);
    await store.createIfAbsent('left', bytes);
    for (let round = 0; round < 50; round += 1) {
      const { body } = await store.get('left');
      if (round % 2 === 0) continue;
      for await (const chunk of body) {
        assert.ok(chunk.length > 0);
        break;
      }
    }
    await holds(store, 'left', bytes);
  }),
  storeCase('many readers at the same time each get the whole', async (store) => {
    const keys = Array.from({ length: 40 }, (_, index) => `many/${index}`);
    await Promise.all(keys.map((key) => store.createIfAbsent(key, textBytes(key))));
    await Promise.all([...keys, ...keys, ...keys].map((key) => holds(store, key, textBytes(key))));
  }),
];
