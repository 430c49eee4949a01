import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { dashboard, type DestinationFigures, type StorageSample, theilSen } from '../../src/metrics/index.ts';
import { DAY, HOUR, iso, NOW } from '../fixtures/drill-facts.ts';

const figures = (samples: readonly StorageSample[]): DestinationFigures | undefined =>
  dashboard({
    events: [],
    snapshots: [],
    releases: [],
    deploys: [],
    storage: [{ destination: '/backups', samples }],
    nowMs: NOW,
  }).storage.destinations[0];

const daily = (count: number, of: (day: number) => Omit<StorageSample, 'atMs'>): readonly StorageSample[] =>
  Array.from({ length: count }, (_, n) => ({ atMs: NOW - (count - 1 - n) * DAY, ...of(n) }));

it('law: the forecast of a perfect line is exact, in any order of samples', () => {
  const line = fc.record({
    perDay: fc.integer({ min: 1, max: 1e9 }),
    days: fc.integer({ min: 1, max: 5000 }),
    count: fc.integer({ min: 5, max: 60 }),
  });
  fc.assert(
    fc.property(line, ({ perDay, days, count }) => {
      const samples = daily(count, (day) => ({
        storedBytes: day * perDay,
        freeBytes: (days + count - 1 - day) * perDay,
      }));
      const found = figures(samples);
      expect(found?.growth_bytes_per_day).toBeCloseTo(perDay, 3);
      expect(found?.growth_low).toBeCloseTo(perDay, 3);
      expect(found?.full).toMatchObject({
        status: 'at',
        at: iso(NOW + days * DAY),
        earliest: iso(NOW + days * DAY),
        latest: iso(NOW + days * DAY),
      });
      expect(figures(samples.toReversed())).toEqual(found);
    }),
  );
});

it('a fifth of the samples may be anything, and the line stays', () => {
  const samples = daily(40, (day) => ({
    storedBytes: day % 5 === 0 ? 0 : day * 1000,
    freeBytes: day % 5 === 0 ? 9_999_999 : (139 - day) * 1000,
  }));
  const found = figures(samples);
  expect(found?.growth_bytes_per_day).toBeCloseTo(1000, 6);
  expect(found?.full.at).toBe(iso(NOW + 100 * DAY));
});

it('what is not sure has an interval that has the truth in it', () => {
  const noise = [3, -5, 8, -2, 6, -7, 1, -4, 9, -6, 2, -8];
  const samples = daily(12, (day) => ({
    storedBytes: day * 100,
    freeBytes: (111 - day) * 100 + (noise[day] ?? 0) * 10,
  }));
  const { at, earliest, latest } = figures(samples)?.full ?? {};
  expect(Date.parse(earliest ?? '')).toBeLessThan(Date.parse(at ?? ''));
  expect(Date.parse(latest ?? '')).toBeGreaterThan(Date.parse(at ?? ''));
  expect(Date.parse(earliest ?? '')).toBeLessThan(NOW + 100 * DAY);
  expect(Date.parse(latest ?? '')).toBeGreaterThan(NOW + 100 * DAY);
});

test.each([
  ['no samples', [], 'unknown', 'Expected 5 samples over two days, got 0'],
  [
    'four samples',
    daily(4, () => ({ storedBytes: 1, freeBytes: 1 })),
    'unknown',
    'Expected 5 samples over two days, got 4',
  ],
  [
    'nine samples of eight hours',
    Array.from({ length: 9 }, (_, n) => ({ atMs: NOW - n * HOUR, storedBytes: n, freeBytes: n })),
    'unknown',
    'Expected 5 samples over two days, got 9',
  ],
  [
    'a bucket',
    daily(9, (day) => ({ storedBytes: day, freeBytes: null })),
    'unknown',
    'it does not tell how much is free there',
  ],
  [
    'what does not grow',
    daily(9, () => ({ storedBytes: 7, freeBytes: 100 })),
    'never',
    'free space shrinks by 0 bytes a day',
  ],
  [
    'what becomes less',
    daily(9, (day) => ({ storedBytes: 90 - day, freeBytes: 100 + day })),
    'never',
    'free space shrinks by 0 bytes a day',
  ],
  [
    'what is full in a thousand years',
    daily(9, (day) => ({ storedBytes: day, freeBytes: 365_000 - day })),
    'never',
    'free space shrinks by 1 bytes a day',
  ],
])('%s: %s', (_, samples, status, reason) => {
  expect(figures(samples)?.full).toMatchObject({ status, reason, at: null });
});

it('a disk that is full is full now', () => {
  expect(figures(daily(9, (day) => ({ storedBytes: day, freeBytes: 0 })))?.full).toMatchObject({
    status: 'at',
    at: iso(NOW),
  });
});

it('points above each other have no line', () => {
  expect(theilSen([])).toBeUndefined();
  expect(
    theilSen([
      { x: 1, y: 1 },
      { x: 1, y: 2 },
    ]),
  ).toBeUndefined();
});

it('law: a line moves with its points', () => {
  const points = fc.array(
    fc.record({ x: fc.integer({ min: -1000, max: 1000 }), y: fc.integer({ min: -1000, max: 1000 }) }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(points, fc.integer({ min: -50, max: 50 }), (given, tilt) => {
      const line = theilSen(given);
      fc.pre(new Set(given.map(({ x }) => x)).size > 1);
      const tilted = theilSen(given.map(({ x, y }) => ({ x, y: y + tilt * x + 7 })));
      expect(tilted?.slope).toBeCloseTo((line?.slope ?? NaN) + tilt, 6);
      expect(tilted?.intercept).toBeCloseTo((line?.intercept ?? NaN) + 7, 6);
      expect(line?.low).toBeLessThanOrEqual(line?.slope ?? NaN);
      expect(line?.high).toBeGreaterThanOrEqual(line?.slope ?? NaN);
    }),
  );
});
