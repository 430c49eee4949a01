import fc from 'fast-check';
import type { KeepRules, RetentionItem, RetentionPolicy } from '../src/index.ts';

export const HOUR = 3_600_000;
export const DAY = 86_400_000;
export const NOW: number = Date.UTC(2026, 5, 30, 12);

const at = fc.integer({ min: -48, max: 24 * 500 }).map((hours) => NOW - hours * HOUR);

/** Items with everything that an item may have, parents among them and in the same group. */
export const anyItems: fc.Arbitrary<RetentionItem[]> = fc
  .array(
    fc.record(
      {
        time: at,
        storedAt: at,
        trusted: fc.boolean(),
        good: fc.boolean(),
        tags: fc.subarray(['gold', 'silver']),
        kind: fc.constantFrom('full', 'incremental'),
        group: fc.constantFrom('a', 'b'),
        version: fc.constantFrom('1.0.0', '1.2.3', '2.0.0-rc.1', 'x'),
        bytes: fc.nat(100),
        hold: fc.constant({ who: 'court', why: 'case 7' }),
        retainUntil: at,
        immutable: fc.boolean(),
        inUse: fc.oneof(fc.boolean(), fc.constant('production')),
        back: fc.nat(5),
      },
      { requiredKeys: ['time'] },
    ),
    { maxLength: 30 },
  )
  .map((list) =>
    list.map(({ back, hold, ...item }, index): RetentionItem => {
      const base = list[index - (back ?? 0)];
      const isChild = back !== undefined && back > 0 && base !== undefined && base.group === item.group;
      const isHeld = hold !== undefined && index % 7 === 0;
      const fields: Record<string, unknown> = { ...item, id: `i${index}` };
      for (const name of ['immutable', 'inUse', 'retainUntil', 'storedAt']) {
        if ((index * 31 + item.time / HOUR) % 4 !== 0) delete fields[name];
      }
      if (isChild) fields['parent'] = `i${index - back}`;
      if (isHeld) fields['hold'] = hold;
      return fields as unknown as RetentionItem;
    }),
  );

const count = fc.integer({ min: -1, max: 6 });
const duration = fc.constantFrom('5h', '3d', '2 weeks', '1m', '1y6m', '10d12h');
const period = fc.constantFrom('all', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'halfYearly', 'yearly');

const ruleShape = {
  last: count,
  lastGood: count,
  hourly: count,
  daily: count,
  weekly: count,
  monthly: count,
  quarterly: count,
  halfYearly: count,
  yearly: count,
  within: duration,
  withinHourly: duration,
  withinDaily: duration,
  withinWeekly: duration,
  withinMonthly: duration,
  withinQuarterly: duration,
  withinHalfYearly: duration,
  withinYearly: duration,
  windows: fc.array(
    fc.record(
      { until: duration, keep: period, end: fc.constantFrom('included', 'excluded') },
      { requiredKeys: ['until', 'keep'] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  grid: fc.constantFrom('24x1h, 35x1d', '4x6h,3x1w', '2x1q'),
  pick: fc.constantFrom('newest', 'oldest'),
};

export const anyRules: fc.Arbitrary<KeepRules> = fc.record(ruleShape, { requiredKeys: [] }) as fc.Arbitrary<KeepRules>;

const keep = fc.oneof(fc.constant(-1 as const), duration, anyRules);

/** Policies without caps. */
export const anyKeepPolicy: fc.Arbitrary<RetentionPolicy> = fc.record(
  {
    ...ruleShape,
    name: fc.string({ minLength: 1 }),
    tags: fc.dictionary(fc.constantFrom('gold', 'a "b" (c)'), keep),
    kinds: fc.dictionary(fc.constantFrom('full', 'incremental', '__proto__'), keep),
    immutable: fc.constant('majors'),
    previousGood: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<RetentionPolicy>;

export const anyPolicy: fc.Arbitrary<RetentionPolicy> = fc
  .tuple(
    anyKeepPolicy,
    fc.record(
      {
        maxPerGroup: fc.constantFrom(-1, 1, 2, 5),
        maxBytes: fc.constantFrom(1, 100, 500, '200 B', '1.5 kB', '1 GiB'),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([rules, caps]) => ({ ...rules, ...caps }));
