import { describe, expect, it } from 'vitest';
import { explain, parsePolicy, planRetention, type RetentionItem, type RetentionPolicy } from '../src/index.ts';
import { DAY, HOUR, NOW } from './fixtures.ts';

const plan = (items: readonly RetentionItem[], policy: RetentionPolicy | RetentionPolicy[], more: object = {}) =>
  planRetention(items, policy, { now: NOW, timeZone: 'UTC', allowRemovingAll: true, ...more });
const kept = (
  items: readonly RetentionItem[],
  policy: RetentionPolicy | RetentionPolicy[],
  more: object = {},
): string =>
  plan(items, policy, more)
    .filter(({ keep }) => keep)
    .map(({ id }) => id)
    .join(' ');
const hours = (...ages: number[]): RetentionItem[] => ages.map((age) => ({ id: `${age}`, time: NOW - age * HOUR }));

describe('rules that select', () => {
  it.each([
    // 12:00 of 30 June, a Tuesday.
    [{ daily: 2, pick: 'oldest' }, [0, 12, 13, 36, 37], '12 36'],
    [{ daily: 2 }, [0, 12, 13, 36, 37], '0 13'],
    [{ withinDaily: '2d', pick: 'oldest' }, [0, 12, 13, 36, 37], '12 36 37'],
    [
      {
        windows: [
          { until: '1d', keep: 'all' },
          { until: '3d', keep: 'daily' },
        ],
      },
      [0, 24, 25, 26, 37, 72, 73],
      '0 24 25 37 72',
    ],
    [
      {
        windows: [
          { until: '3d', keep: 'daily' },
          { until: '1d', keep: 'all' },
        ],
      },
      [0, 1, 13, 14],
      '0 13',
    ],
    [
      {
        windows: [
          { until: '3d', keep: 'daily' },
          { until: '1d', keep: 'all' },
          { until: '2d', keep: 'all' },
        ],
      },
      [0, 1, 13, 30, 31],
      '0 13',
    ],
    [{ windows: [{ until: '1d', keep: 'all', end: 'included' }] }, [0, 24], '0 24'],
    [{ grid: '2x6h' }, [0, 5, 7, 12, 13], '0 5 7'],
    [{ grid: '2x1q' }, [0, 24 * 70, 24 * 91, 24 * 120], '0 2184'],
    [{ grid: '1x1q' }, [0, 24 * 91, 24 * 93], '0 2184'],
    [{ last: 2, lastGood: 0 }, [0, 1, 2], '0 1'],
    [{ lastGood: 1 }, [0, 1, 2], '0'],
  ] satisfies [RetentionPolicy, number[], string][])('%j of items of %j hours keeps %s', (policy, ages, ids) => {
    expect(kept(hours(...ages), policy)).toBe(ids);
  });

  it('good ones only', () => {
    const items = hours(0, 1, 2).map((item, index) => ({ ...item, good: index > 0 }));
    expect(kept(items, { lastGood: 1 })).toBe('1');
    expect(kept(items, { last: 1 })).toBe('0');
  });

  it('rules for a tag or a kind are about those alone, and what no rule is about stays', () => {
    const items = hours(0, 1, 2, 3).map((item, index) => ({
      ...item,
      tags: index % 2 === 0 ? ['gold'] : [],
      kind: 'k',
    }));
    expect(kept(items, { tags: { gold: { last: 1 } } })).toBe('0 1 3');
    expect(kept(items, { tags: { gold: { last: 1 } }, kinds: { k: '1h' } })).toBe('0 1');
    expect(kept(items, { kinds: { other: '1h' } })).toBe('0 1 2 3');
  });

  it('say which of how many, and why in words', () => {
    const items = hours(...Array.from({ length: 24 }, (_, age) => age));
    const ordinals = plan(items, { last: 23 }).map((each) => / the (\S+) of 23 newest/.exec(explain(each))?.[1]);
    expect([0, 1, 2, 3, 10, 11, 12, 20, 21, 22, 23].map((age) => ordinals[age])).toEqual([
      '1st',
      '2nd',
      '3rd',
      '4th',
      '11th',
      '12th',
      '13th',
      '21st',
      '22nd',
      '23rd',
      undefined,
    ]);
  });
});

describe('groups', () => {
  const items: RetentionItem[] = [
    { id: 'a', time: NOW, group: 'x', kind: 'k', tags: ['p', 'q'] },
    { id: 'b', time: NOW - 1, group: 'y', kind: 'k', tags: ['q', 'p'] },
    { id: 'c', time: NOW - 2, group: 'x', kind: 'l', tags: ['p'] },
    { id: 'd', time: NOW - 3, group: '__proto__', kind: 'k' },
    { id: 'e', time: NOW - 4, group: 'y' },
  ];
  it.each([
    ['group', 'a b d'],
    ['kind', 'a c e'],
    ['tags', 'a c d'],
    [['group', 'kind'], 'a b c d e'],
    [[], 'a'],
    [(item: RetentionItem): string => `${item.group === 'x'}`, 'a b'],
  ])('by %j', (groupBy, ids) => {
    expect(kept(items, { last: 1 }, { groupBy })).toBe(ids);
  });

  it.each(['size', ['group', 'size'], 7, (): number => 1, (): never => expect.fail()])('not by %s', (groupBy) => {
    expect(() => plan(items, {}, { groupBy })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('absurd sizes', () => {
  it('a policy of a hundred thousand windows or policies is a policy', () => {
    const untrusted = [{ id: 'a', time: NOW - DAY, storedAt: 0 }];
    const windows = Array.from({ length: 150_000 }, () => ({ until: '1d', keep: 'all' as const }));
    expect(kept(untrusted, { windows })).toBe('');
    expect(
      kept(
        untrusted,
        Array.from({ length: 150_000 }, () => ({ name: 'p', within: '1d' })),
      ),
    ).toBe('');
  });

  it('text that is long takes time in proportion', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `kind.k${index}=7d`);
    expect(Object.keys(parsePolicy(names.join(' ')).kinds ?? {})).toHaveLength(10_000);
    for (const text of [`kind.${'"a\\'.repeat(30_000)}`, '('.repeat(100_000), `7d${' '.repeat(100_000)}(`]) {
      expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ code: 'INVALID_POLICY_TEXT' }));
    }
  });

  it('the first and the last year have days, weeks and ages too', () => {
    const items = [-62_135_596_800_000, 253_402_300_799_999].map((time, index) => ({ id: `${index}`, time }));
    const rules = { hourly: -1, daily: -1, weekly: -1, monthly: -1, yearly: -1, within: '99999y' };
    for (const timeZone of ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles']) {
      const decisions = plan(items, rules, { now: 253_402_300_799_999, timeZone });
      expect(decisions.map(({ keep, reasons, nextReview }) => [keep, reasons.length, nextReview])).toEqual([
        [true, 6, null],
        [true, 6, null],
      ]);
      const years = decisions.map(({ reasons }) => reasons.find(({ rule }) => rule === 'yearly')?.period);
      expect(years.map(Number).map((year, index) => Math.abs(year - (index === 0 ? 1 : 9999)) <= 1)).toEqual([
        true,
        true,
      ]);
    }
  });
});

it('max-per-group is a whole number in digits, or all', () => {
  expect(parsePolicy('max-per-group=*')).toEqual({ maxPerGroup: -1 });
  expect(parsePolicy('max-per-group=-1')).toEqual({ maxPerGroup: -1 });
  for (const text of ['1e1', '0x10', '0', '1.5', 'x']) {
    expect(() => parsePolicy(`max-per-group=${text}`)).toThrow(expect.objectContaining({ code: 'INVALID_POLICY' }));
  }
});
