import { describe, expect, it } from 'vitest';
import {
  explain,
  extendRetainUntil,
  planRetention,
  presets,
  type RetentionItem,
  type RetentionPolicy,
} from '../src/index.ts';
import { DAY, NOW } from './fixtures.ts';

const options = { now: NOW, timeZone: 'UTC' };
const daily = (count: number, more: Partial<RetentionItem> = {}): RetentionItem[] =>
  Array.from({ length: count }, (_, age) => ({ id: `d${age}`, time: NOW - age * DAY, ...more }));
const kept = (items: RetentionItem[], policy: RetentionPolicy): string[] =>
  planRetention(items, policy, options)
    .filter((each) => each.keep)
    .map((each) => each.id);
const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('planRetention', () => {
  it('an empty policy removes nothing', () => {
    expect(kept(daily(9), {})).toHaveLength(9);
    expect(kept(daily(9), { last: 0 })).toHaveLength(9);
  });

  it.each([
    [{ last: 2 }, ['d0', 'd1']],
    [{ within: '2d' }, ['d0', 'd1', 'd2']],
    [{ windows: [{ until: '2d', keep: 'all', end: 'excluded' }] }, ['d0', 'd1']],
    [{ monthly: 2, pick: 'oldest' }, ['d0', 'd29', 'd39']],
    [{ grid: '2x1d, 1x1w' }, ['d0', 'd1', 'd2', 'd3', 'd9']],
    [{ maxPerGroup: 3 }, ['d0', 'd1', 'd2']],
  ] satisfies [RetentionPolicy, string[]][])('%j keeps %j', (policy, ids) => {
    expect(kept(daily(40), policy)).toEqual(ids);
  });

  it('a back-dated item fills no slot, and is kept', () => {
    const forged = { id: 'forged', time: NOW - DAY + 1000, storedAt: NOW - 1000 };
    expect(kept([...daily(4), { ...forged, time: NOW - 3 * DAY }], { last: 2 })).toEqual(['d0', 'd1', 'forged']);
  });

  it('a copied store, all of whose store times are now, loses nothing', () => {
    expect(kept(daily(40, { storedAt: NOW }).slice(2), { last: 2, daily: 3 })).toHaveLength(38);
  });

  it('a future item is kept until its time and fills no slot', () => {
    const decisions = planRetention([{ id: 'f', time: NOW + DAY }, ...daily(3)], { last: 1 }, options);
    expect(decisions.map((each) => each.keep)).toEqual([true, true, false, false]);
    expect(decisions[0]?.nextReview).toBe(NOW + DAY);
  });

  it('a budget removes the least valuable first', () => {
    expect(kept(daily(5, { bytes: 10 }), { last: 5, maxBytes: 30 })).toEqual(['d0', 'd1', 'd2']);
  });

  it('releases keep the good one before the active one', () => {
    const releases = daily(12).map((item, age) => ({ ...item, inUse: age === 8, good: age !== 9 }));
    expect(kept(releases, presets.releases)).toEqual(['d0', 'd1', 'd2', 'd3', 'd4', 'd8', 'd10']);
  });

  it.each([
    ['INVALID_ITEM', () => planRetention([{ id: '', time: 0 }], {}, options)],
    [
      'DUPLICATE_ID',
      () =>
        planRetention(
          [
            { id: 'a', time: 0 },
            { id: 'a', time: 1 },
          ],
          {},
          options,
        ),
    ],
    ['PARENT_CYCLE', () => planRetention([{ id: 'a', time: 0, parent: 'a' }], {}, options)],
    ['INVALID_TIME', () => planRetention([{ id: 'a', time: '2026-02-30T00:00:00Z' }], {}, options)],
    ['INVALID_POLICY', () => planRetention([], { last: 1.5 }, options)],
    ['INVALID_OPTION', () => planRetention([], {}, { ...options, tolerance: -1 })],
    ['UNKNOWN_TIME_ZONE', () => planRetention([], {}, { ...options, timeZone: 'Mars/Olympus' })],
    ['REMOVES_ALL', () => planRetention([{ id: 'a', time: 0, good: false }], { within: '1d' }, options)],
    ['RETENTION_SHORTENED', () => extendRetainUntil({ id: 'a', time: 0, retainUntil: NOW }, NOW - 1)],
  ])('%s is the code of what it says', (code, run) => {
    expect(codeOf(run)).toBe(code);
  });
});

describe('explain', () => {
  it('says why, by which policy, and what remains', () => {
    const decisions = planRetention(daily(3), { name: 'nightly', daily: 2 }, options);
    expect(decisions.map(explain)).toEqual([
      'd0 is kept: it stands for 2026-06-30, the 1st of 2 days ("nightly"); it is the latest good one of its group.',
      'd1 is kept: it stands for 2026-06-29, the 2nd of 2 days ("nightly").',
      'd2 is removed: no rule selects it ("nightly"); d1 remains in its place.',
    ]);
  });
});
