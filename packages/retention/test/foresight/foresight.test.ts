import { describe, expect, it } from 'vitest';
import { comparePolicies, planRetention, simulate } from '../../src/index.ts';

const UTC = { timeZone: 'UTC' };
const daily = (bytes?: number): { every: string; from: string; bytes?: number | undefined } => ({
  every: '1d',
  from: '2026-01-01T02:00:00Z',
  bytes,
});

describe('comparePolicies', () => {
  const items = Array.from({ length: 10 }, (_, index) => ({
    id: String(index),
    time: Date.UTC(2026, 0, index + 1),
    bytes: 10 ** index,
  }));
  const options = { ...UTC, now: Date.UTC(2026, 0, 11) };

  it('says what only one of them keeps, and what that weighs', () => {
    const change = comparePolicies(items, { last: 2 }, [{ last: 1 }, { kinds: { none: -1 }, within: '5d' }], options);
    expect(change.both).toEqual(['8', '9']);
    expect(change.onlyFirst).toEqual([]);
    expect(change.onlySecond).toEqual(['5', '6', '7']);
    expect(change.neither).toEqual(['0', '1', '2', '3', '4']);
    expect(change.bytes).toBe(10 ** 5 + 10 ** 6 + 10 ** 7);
  });

  it('of a policy with itself there is nothing to say', () => {
    const same = comparePolicies(items, { daily: 3 }, { daily: 3 }, options);
    expect([same.onlyFirst, same.onlySecond, same.bytes]).toEqual([[], [], 0]);
  });
});

describe('simulate', () => {
  it('a policy of days and months comes to its full number after a year', () => {
    const { items, bytes, days, peak } = simulate({ daily: 7, monthly: 12 }, [daily(5)], '2027-06-01T00:00:00Z', UTC);
    expect(items).toHaveLength(18);
    expect(bytes).toBe(18 * 5);
    expect(days).toHaveLength(516);
    expect(days.slice(0, 8).map((day) => day.items)).toEqual([1, 2, 3, 4, 5, 6, 7, 7]);
    expect(peak.items).toBeGreaterThanOrEqual(18);
  });

  it('the cost is that of the bytes on each day', () => {
    const until = '2026-01-31T23:59:59.999Z';
    const two = simulate({ daily: 2 }, [daily(1e9)], until, { ...UTC, price: 3 });
    // One from the end of the first day on, two from the end of the second.
    expect(two.byteDays).toBe(1e9 * (1 + 29 * 2));
    expect(two.cost).toBeCloseTo((59 / 30) * 3, 9);
    expect(simulate({ daily: 2 }, [daily(1e9)], until, UTC).cost).toBeUndefined();
    for (const price of [-1, Number.NaN, Infinity, '3'] as number[]) {
      expect(() => simulate({ daily: 2 }, [daily()], until, { ...UTC, price })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });

  it('what it ends with, the plan of that moment keeps', () => {
    const until = '2026-09-01T00:00:00Z';
    const { items } = simulate({ weekly: 4, within: '3d' }, [daily(), { ...daily(), every: '6h' }], until, UTC);
    const decisions = planRetention(items, { weekly: 4, within: '3d' }, { ...UTC, now: until });
    expect(decisions.every(({ keep }) => keep)).toBe(true);
  });

  it('time goes on after the last one has come', () => {
    const once = { every: '10y', from: '2026-01-01T00:00:00Z', kind: 'incremental' };
    const { items } = simulate(
      { kinds: { incremental: '7d', other: '1d' } },
      [once, { ...once, from: '2025-12-01T00:00:00Z' }],
      '2026-03-01T00:00:00Z',
      UTC,
    );
    // The newest good one of a group stays always.
    expect(items.map(({ id }) => id)).toEqual(['0-0']);
  });

  it('months are counted from the first each time, and days are those of the time zone', () => {
    const monthly = { every: '1m', from: '2026-01-31T23:30:00Z' };
    const { items, days } = simulate({}, [monthly], '2026-04-02T00:00:00Z', { timeZone: 'Europe/Lisbon' });
    expect(items.map(({ time }) => new Date(time).toISOString().slice(0, 10))).toEqual([
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
    ]);
    expect(days).toHaveLength(3);
  });

  it('what is there already takes part', () => {
    const items = [{ id: 'old', time: '2025-01-01T00:00:00Z', immutable: true }];
    expect(simulate({ last: 1 }, [daily()], '2026-01-05T00:00:00Z', { ...UTC, items }).items).toHaveLength(2);
  });

  it('a schedule without end or sense is refused', () => {
    for (const every of ['', '0d', 'often', '1h '.repeat(3)].slice(0, 3)) {
      expect(() => simulate({}, [{ ...daily(), every }], '2026-02-01T00:00:00Z', UTC)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
    expect(() => simulate({}, [{ every: '1h', from: '1900-01-01T00:00:00Z' }], '2100-01-01T00:00:00Z', UTC)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
