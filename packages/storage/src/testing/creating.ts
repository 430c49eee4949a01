import assert from 'node:assert/strict';
import type { Body } from '../contract.ts';
import { patternBytes, streamOf, textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { holds, keysOf } from './expectations.ts';

const KiB = 1024;
const SIZES = [0, 1, 63, 64, 65, 64 * KiB - 1, 64 * KiB, 300 * KiB + 1, 1024 * KiB, 8 * 1024 * KiB + 1];

const FORMS: Readonly<Record<string, (bytes: Uint8Array) => Body>> = {
  'an array': (bytes) => bytes,
  'a stream': (bytes) => streamOf(bytes, 100_000),
  'a stream in small pieces': (bytes) => streamOf(bytes, 4093),
  'a function': (bytes) => () => streamOf(bytes, 64 * KiB),
};

/** What `createIfAbsent` promises. */
export const creatingCases: readonly ConformanceCase[] = [
  ...Object.entries(FORMS).map(([name, form]) =>
    storeCase(`objects of all sizes come back byte for byte, sent as ${name}`, async (store) => {
      for (const size of SIZES) {
        const bytes = patternBytes(size, size);
        const key = `sizes/${size}`;
        assert.equal((await store.createIfAbsent(key, form(bytes))).created, true);
        await holds(store, key, bytes);
        assert.equal((await store.stat(key))?.size, size);
      }
    }),
  ),
  storeCase('the second create of a key says so and leaves the first object untouched', async (store) => {
    const first = await store.createIfAbsent('taken', textBytes('first'));
    assert.equal(first.created, true);
    for (const form of Object.values(FORMS)) {
      assert.deepEqual(await store.createIfAbsent('taken', form(textBytes('second'))), { created: false });
    }
    await holds(store, 'taken', textBytes('first'));
    assert.equal((await store.stat('taken'))?.version, first.created ? first.version : '');
  }),
  storeCase('create, stat, get and list tell the same of an object', async (store) => {
    const outcome = await store.createIfAbsent('a/b', patternBytes(100));
    const { body, ...reading } = await store.get('a/b', { range: { start: 10, end: 20 } });
    assert.ok(outcome.created);
    assert.equal(reading.version, outcome.version);
    assert.equal(reading.size, 100);
    assert.equal(reading.key, 'a/b');
    assert.ok(Number.isFinite(reading.modifiedMs) && reading.modifiedMs > 0);
    assert.deepEqual(await store.stat('a/b'), reading);
    assert.deepEqual((await store.list('')).objects, [reading]);
    for await (const chunk of body) assert.equal(chunk.length, 10);
  }),
  storeCase('objects created at the same time in new folders are all there', async (store) => {
    const keys = Array.from({ length: 64 }, (_, index) => `new/folder-${index % 4}/object-${index}`);
    const outcomes = await Promise.all(keys.map((key) => store.createIfAbsent(key, textBytes(key))));
    assert.ok(outcomes.every(({ created }) => created));
    assert.deepEqual(await keysOf(store), keys.toSorted());
    await Promise.all(keys.map((key) => holds(store, key, textBytes(key))));
  }),
  storeCase('what a store holds changes neither with what was sent nor with what was read', async (store) => {
    const sent = textBytes('unchanged');
    await store.createIfAbsent('own', sent);
    sent.fill(0);
    for await (const chunk of (await store.get('own')).body) chunk.fill(0);
    await holds(store, 'own', textBytes('unchanged'));
  }),
];
