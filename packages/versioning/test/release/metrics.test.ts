import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReleaseSummary } from '../../src/index.ts';
import { median, releaseMetrics } from '../../src/release/metrics.ts';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-01T12:00:00.000Z');

/** A release of a day, counted from the first of March. */
const released = (day: number, more: Partial<ReleaseSummary> = {}): ReleaseSummary => ({
  id: '1.0.0',
  version: '1.0.0',
  name: 'Shop 1.0.0',
  channel: 'stable',
  preRelease: false,
  status: 'released',
  manifest: `sha256:${'0'.repeat(64)}`,
  createdAt: new Date(START + day * DAY).toISOString(),
  createdBy: 'ann',
  releasedAt: new Date(START + day * DAY).toISOString(),
  size: 0,
  isSigned: false,
  ...more,
});

test('a history without releases gives zeros, and nothing that can’t be said', () => {
  expect(releaseMetrics([])).toEqual({
    count: 0,
    yanked: 0,
    preReleases: 0,
    first: undefined,
    last: undefined,
    perWeek: undefined,
    intervalMs: undefined,
    leadTimeMs: undefined,
    size: { total: 0, median: 0, largest: 0 },
  });
});

test('one release has no interval, and no number a week', () => {
  expect(releaseMetrics([released(0, { size: 7, leadTimeMs: HOUR })])).toMatchObject({
    count: 1,
    first: '2026-03-01T12:00:00.000Z',
    last: '2026-03-01T12:00:00.000Z',
    perWeek: undefined,
    intervalMs: undefined,
    leadTimeMs: HOUR,
    size: { total: 7, median: 7, largest: 7 },
  });
});

test('two at the same moment have an interval of nothing, and no number a week', () => {
  expect(releaseMetrics([released(0), released(0)])).toMatchObject({ intervalMs: 0, perWeek: undefined });
});

test('four in two weeks are three intervals: three in two weeks', () => {
  const releases = [
    released(14, { size: 40, leadTimeMs: 9 * HOUR }),
    released(0, { size: 10, status: 'yanked', leadTimeMs: HOUR }),
    released(1, { size: 30, preRelease: true }),
    released(4, { size: 21, leadTimeMs: 3 * HOUR, preRelease: true }),
  ];
  expect(releaseMetrics(releases)).toEqual({
    count: 4,
    yanked: 1,
    preReleases: 2,
    first: '2026-03-01T12:00:00.000Z',
    last: '2026-03-15T12:00:00.000Z',
    perWeek: 1.5,
    intervalMs: 3 * DAY,
    leadTimeMs: 3 * HOUR,
    size: { total: 101, median: 26, largest: 40 },
  });
});

test.each<readonly [readonly number[], number | undefined]>([
  [[], undefined],
  [[5], 5],
  [[3, 1, 2], 2],
  [[1, 2], 2],
  [[10, 1, 2, 4], 3],
  // As numbers, not as text.
  [[9, 10, 100], 10],
])('the median of %j is %s', (values, middle) => {
  expect(median(values)).toBe(middle);
});

describe('whatever the history', () => {
  const anyReleases = fc.array(
    fc
      .record({
        day: fc.nat(100),
        size: fc.nat(1000),
        leadTimeMs: fc.option(fc.nat(HOUR), { nil: undefined }),
        status: fc.constantFrom('released', 'yanked'),
      })
      .map(({ day, ...more }) => released(day, more)),
    { maxLength: 12 },
  );

  test('order makes no difference, and the numbers fit together', () => {
    fc.assert(
      fc.property(anyReleases, (releases) => {
        const metrics = releaseMetrics(releases);
        expect(releaseMetrics(releases.toReversed())).toEqual(metrics);
        const { count, yanked, first, last, perWeek, intervalMs, size } = metrics;
        expect(count).toBe(releases.length);
        expect(yanked).toBeLessThanOrEqual(count);
        expect((perWeek ?? 0) * (Date.parse(last ?? '') - Date.parse(first ?? '') || 0)).toBeCloseTo(
          perWeek === undefined ? 0 : (count - 1) * 7 * DAY,
          0,
        );
        expect(intervalMs === undefined).toBe(count < 2);
        // A rate of less than a week says nothing.
        expect(perWeek === undefined).toBe(!(Date.parse(last ?? '') - Date.parse(first ?? '') >= 7 * DAY));
        expect(size.median).toBeLessThanOrEqual(size.largest);
        expect(size.largest).toBeLessThanOrEqual(size.total);
      }),
    );
  });

  test('the median has as many below as above it, and is among the values or between two', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (values) => {
        const middle = median(values) ?? Number.NaN;
        // Half a unit may have gone by rounding.
        const below = values.filter((value) => value < middle - 0.5).length;
        const above = values.filter((value) => value > middle + 0.5).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
        expect(Number.isInteger(middle)).toBe(true);
      }),
    );
  });
});
