import { memoryStore } from '@x/storage';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { planThinning, sampleBook } from '../../src/metrics/index.ts';
import { DAY, HOUR, NOW } from '../fixtures/drill-facts.ts';

const sample = (atMs: number, storedBytes = 1) => ({ atMs, storedBytes, freeBytes: 5 });

it('one sample an hour is kept of a destination, whoever takes it, and comes back', async () => {
  const store = memoryStore();
  const [one, two] = [sampleBook(store), sampleBook(store)];
  const added = await Promise.all([
    one.add('/a', sample(NOW)),
    two.add('/a', sample(NOW + 5)),
    one.add('/b', sample(NOW)),
  ]);
  expect(added.filter(Boolean)).toHaveLength(2);
  await expect(two.add('/a', { ...sample(NOW + HOUR), freeBytes: null })).resolves.toBe(true);
  await store.createIfAbsent('samples/x', new TextEncoder().encode('not one'));
  await expect(one.read('/a')).resolves.toMatchObject([
    { storedBytes: 1, freeBytes: 5 },
    { atMs: NOW + HOUR, freeBytes: null },
  ]);
});

it('a sample that can not be read is passed over', async () => {
  const store = memoryStore();
  const book = sampleBook(store);
  await book.add('/a', sample(NOW));
  const [object] = (await store.list('samples/')).objects;
  await store.put(object?.key ?? '', new TextEncoder().encode('{"atMs":"noon"}'));
  await expect(book.read('/a')).resolves.toEqual([]);
});

it('old samples are thinned to days and weeks, and very old ones go', async () => {
  const book = sampleBook(memoryStore());
  const hours = [1, 2, 30 * 24, 30 * 24 + 1, 30 * 24 + 2, 6 * 365 * 24];
  for (const hour of hours) await book.add('/a', sample(NOW - hour * HOUR));
  await expect(book.thin('/a', NOW)).resolves.toBe(3);
  await expect(book.thin('/a', NOW)).resolves.toBe(0);
  const left = (await book.read('/a')).map(({ atMs }) => (NOW - atMs) / HOUR);
  expect(left).toEqual([30 * 24 + 2, 2, 1]);
});

it('law: what was thinned before is thinned as if it had not been', () => {
  const hours = fc.uniqueArray(fc.integer({ min: 0, max: 24 * 365 * 6 }), { maxLength: 60 });
  fc.assert(
    fc.property(hours, fc.integer({ min: 0, max: 400 }), (ages, days) => {
      const all = ages.map((hour) => NOW - hour * HOUR).toSorted((a, b) => a - b);
      const thinned = (given: readonly number[], nowMs: number): readonly number[] => {
        const gone = new Set(planThinning(given, nowMs));
        return given.filter((ms) => !gone.has(ms));
      };
      const later = NOW + days * DAY;
      expect(thinned(thinned(all, NOW), later)).toEqual(thinned(all, later));
    }),
  );
});
