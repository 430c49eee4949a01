import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Compat, planRetention, type RetentionItem, type RetentionPolicy } from '../../src/index.ts';

interface Case {
  readonly timeZone: string;
  readonly policy: RetentionPolicy;
  readonly keep: readonly string[];
}

/** What restic and borg themselves kept of the same 124 snapshots, around changes of the clock, week 53 and 29 February. */
const recorded = JSON.parse(readFileSync(new URL('decisions.json', import.meta.url), 'utf8')) as {
  readonly items: readonly RetentionItem[];
} & Readonly<Record<Compat, { readonly version: string; readonly cases: readonly Case[] }>>;

const NOW = '2026-11-27T00:00:00Z';

describe.each(['restic', 'borg'] as const)('as %s', (compat) => {
  const { cases, version } = recorded[compat];
  it.each(cases)(`keeps what version ${version} keeps by $policy in $timeZone`, ({ timeZone, policy, keep }) => {
    const decisions = planRetention(recorded.items, policy, { now: NOW, timeZone, compat });
    expect(decisions.filter((each) => each.keep).map(({ id }) => id)).toEqual(keep);
  });

  it('a rule that it does not have is refused', () => {
    const plan = (): unknown => planRetention(recorded.items, { grid: '24x1h' }, { now: NOW, timeZone: 'UTC', compat });
    expect(plan).toThrow(expect.objectContaining({ code: 'INVALID_POLICY' }));
  });

  it('an empty policy removes nothing, and what is held stays', () => {
    const keptBy = (policy: RetentionPolicy, items: readonly RetentionItem[]): number =>
      planRetention(items, policy, { now: NOW, timeZone: 'UTC', compat }).filter(({ keep }) => keep).length;
    expect(keptBy({}, recorded.items)).toBe(recorded.items.length);
    const held = recorded.items.map((item, index) => (index === 0 ? { ...item, immutable: true } : item));
    expect(keptBy({ last: 1 }, held)).toBe(2);
  });

  it('all of a period are kept by -1', () => {
    const all = planRetention(recorded.items, { last: -1 }, { now: NOW, timeZone: 'UTC', compat });
    expect(all.every(({ keep }) => keep)).toBe(true);
  });
});

it('borg counts 31 days for a month and from now; restic counts months back from the newest', () => {
  const items = ['2026-03-31T12:00:00Z', '2026-03-03T13:00:00Z', '2026-03-03T11:00:00Z', '2026-02-28T12:00:00Z'].map(
    (time, index) => ({ id: String(index), time }),
  );
  const kept = (compat: Compat, now: string): string[] =>
    planRetention(items, { within: '1m' }, { now, timeZone: 'UTC', compat })
      .filter(({ keep }) => keep)
      .map(({ id }) => id);
  expect(kept('restic', '2026-05-01T00:00:00Z')).toEqual(['0', '1']);
  expect(kept('borg', '2026-04-01T12:00:00Z')).toEqual(['0', '1', '2']);
});

it('restic keeps the oldest while a rule has counts left, and ages end before their end', () => {
  const day = 86_400_000;
  const newest = Date.parse(NOW) - 3 * day + 23 * 3_600_000;
  const kept = (policy: RetentionPolicy, ages: readonly number[]): string =>
    planRetention(
      ages.map((age) => ({ id: `${age}`, time: newest - age })),
      policy,
      { now: NOW, timeZone: 'UTC', compat: 'restic' },
    )
      .filter(({ keep }) => keep)
      .map(({ id }) => id)
      .join(' ');
  expect(kept({ daily: 5 }, [0, 1, 2])).toBe('0 2');
  expect(kept({ daily: 1 }, [0, 1, 2])).toBe('0');
  expect(kept({ withinDaily: '3d' }, [0, 1, 2])).toBe('0 2');
  expect(kept({ within: '1d' }, [0, day - 1, day])).toBe(`0 ${day - 1}`);
  expect(kept({ withinHourly: '1d' }, [0, day - 3_600_000, day])).toBe(`0 ${day - 3_600_000}`);
});

it('an unknown tool is an invalid option', () => {
  const compat = 'bup' as Compat;
  expect(() => planRetention([], {}, { now: NOW, timeZone: 'UTC', compat })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});
