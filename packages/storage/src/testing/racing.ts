import assert from 'node:assert/strict';
import type { Body, ObjectStore } from '../contract.ts';
import { patternBytes, streamOf, textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { holds, keysOf } from './expectations.ts';

const RACERS = 16;

/** What is promised to those who act at the same time. */
export const racingCases: readonly ConformanceCase[] = [
  storeCase('of sixteen that create one key, one wins and its object is whole', async (store) => {
    for (let round = 0; round < 10; round += 1) {
      await raceFor(store, { key: `race/${round}`, bodyOf: (bytes) => bytes, size: 100 });
    }
  }),
  storeCase('of sixteen streams to one key, one wins and its object is whole', async (store) => {
    await raceFor(store, { key: 'race', bodyOf: (bytes) => streamOf(bytes, 10_007), size: 200_000 });
  }),
  storeCase('of creates and deletes of one key at the same time, each leaves a whole object or none', async (store) => {
    const bytes = patternBytes(5000);
    for (let round = 0; round < 10; round += 1) {
      const calls = Array.from({ length: 8 }, (_, index) =>
        index % 2 === 0 ? store.createIfAbsent('a/contested', bytes) : store.delete('a/contested'),
      );
      await Promise.all(calls);
      if ((await store.stat('a/contested')) !== undefined) await holds(store, 'a/contested', bytes);
    }
  }),
  storeCase('a listing while objects come and go shows each that stays', async (store) => {
    const staying = Array.from({ length: 30 }, (_, index) => `mixed/stay-${10 + index}`);
    await Promise.all(staying.map((key) => store.createIfAbsent(key, textBytes(key))));
    const churn = Array.from({ length: 30 }, async (_, index) => {
      await store.createIfAbsent(`mixed/go-${index}`, textBytes('x'));
      await store.delete(`mixed/go-${index}`);
    });
    const listings = await Promise.all(Array.from({ length: 10 }, () => keysOf(store, 'mixed/')));
    await Promise.all(churn);
    for (const keys of listings) {
      assert.deepEqual(
        keys.filter((key) => key.startsWith('mixed/stay-')),
        staying,
      );
      assert.deepEqual(keys, keys.toSorted());
    }
  }),
];

interface Race {
  readonly key: string;
  readonly size: number;
  readonly bodyOf: (bytes: Uint8Array) => Body;
}

async function raceFor(store: ObjectStore, { key, size, bodyOf }: Race): Promise<void> {
  const bodies = Array.from({ length: RACERS }, (_, racer) => patternBytes(size, racer + 1));
  const outcomes = await Promise.all(bodies.map((bytes) => store.createIfAbsent(key, bodyOf(bytes))));
  const winners = bodies.filter((_, racer) => outcomes[racer]?.created);
  assert.equal(winners.length, 1, `Expected one winner of "${key}", got ${winners.length}`);
  await holds(store, key, winners[0] ?? new Uint8Array(0));
}
