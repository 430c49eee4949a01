import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decision,
  planRetention,
  type RetentionError,
  type RetentionItem,
  type RetentionPolicy,
} from '../src/index.ts';
import { anyItems, anyKeepPolicy, anyPolicy, anyRules, NOW } from './fixtures.ts';

const options = { now: NOW, timeZone: 'Europe/Lisbon' };

/** A plan that is refused as it would remove all removes none. */
function plan(items: readonly RetentionItem[], policy: RetentionPolicy): Decision[] {
  try {
    return planRetention(items, policy, options);
  } catch (error) {
    if ((error as RetentionError).code !== 'REMOVES_ALL') throw error;
    return items.map(({ id }) => ({ id, keep: true, reasons: [], nextReview: null, replacedBy: null }));
  }
}

const keptIds = (decisions: readonly Decision[]): string[] =>
  decisions
    .filter((each) => each.keep)
    .map((each) => each.id)
    .toSorted();

describe('laws', () => {
  it('nothing held, immutable, in use or to be retained is ever removed', () => {
    fc.assert(
      fc.property(anyItems, anyPolicy, fc.boolean(), (items, policy, allowRemovingAll) => {
        const decisions = allowRemovingAll
          ? planRetention(items, policy, { ...options, allowRemovingAll })
          : plan(items, policy);
        for (const [index, item] of items.entries()) {
          const bound =
            item.hold ||
            item.immutable ||
            item.inUse ||
            (item.retainUntil !== undefined && Number(item.retainUntil) > NOW);
          if (bound) expect(decisions[index]?.keep).toBe(true);
        }
      }),
    );
  });

  it('what a kept item depends on is kept', () => {
    fc.assert(
      fc.property(anyItems, anyPolicy, (items, policy) => {
        const kept = new Set(keptIds(plan(items, policy)));
        for (const { id, parent } of items) if (kept.has(id) && parent !== undefined) expect(kept).toContain(parent);
      }),
    );
  });

  it('the latest good one of each group is kept', () => {
    fc.assert(
      fc.property(anyItems, anyPolicy, (items, policy) => {
        const kept = new Set(keptIds(plan(items, policy)));
        for (const group of new Set(items.map((each) => each.group))) {
          const good = items.filter((each) => each.group === group && each.good !== false);
          if (good.length > 0) expect(good.some((each) => kept.has(each.id))).toBe(true);
        }
      }),
    );
  });

  it('a keep rule added to a policy with a rule for all items never removes more, without caps', () => {
    fc.assert(
      fc.property(anyItems, anyKeepPolicy, anyRules, fc.integer({ min: 1, max: 5 }), (items, policy, added, last) => {
        const { pick: _, ...more } = added;
        const before = keptIds(plan(items, { ...policy, last }));
        const { name: __, ...rules } = policy;
        const after = new Set(keptIds(planRetentionOf(items, [{ ...rules, last }, more])));
        for (const id of before) expect(after).toContain(id);
      }),
    );
  });

  it('a greater number never removes more, without caps', () => {
    const names = [
      'last',
      'lastGood',
      'hourly',
      'daily',
      'weekly',
      'monthly',
      'quarterly',
      'halfYearly',
      'yearly',
    ] as const;
    fc.assert(
      fc.property(
        anyItems,
        anyKeepPolicy,
        fc.constantFrom(...names),
        fc.integer({ min: 1, max: 9 }),
        (items, policy, name, n) => {
          const before = keptIds(plan(items, { ...policy, [name]: n }));
          for (const greater of [n + 1, -1]) {
            const after = new Set(keptIds(plan(items, { ...policy, [name]: greater })));
            for (const id of before) expect(after).toContain(id);
          }
        },
      ),
    );
  });

  it('the order of the items does not matter', () => {
    fc.assert(
      fc.property(anyItems, anyPolicy, fc.infiniteStream(fc.nat()), (items, policy, keys) => {
        const shuffled = items
          .map((item) => ({ item, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map((each) => each.item);
        const byId = (list: Decision[]): Decision[] => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        expect(byId(plan(shuffled, policy))).toEqual(byId(plan(items, policy)));
      }),
    );
  });

  it('what a plan kept, the same plan keeps again', () => {
    fc.assert(
      fc.property(anyItems, anyPolicy, (items, policy) => {
        const kept = new Set(keptIds(plan(items, policy)));
        const again = plan(
          items.filter((each) => kept.has(each.id)),
          policy,
        );
        expect(again.filter((each) => !each.keep)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('every decision has reasons that speak for it, and what is removed has what replaces it or nothing is kept', () => {
    fc.assert(
      fc.property(anyItems, anyPolicy, (items, policy) => {
        for (const each of planRetentionOf(items, [policy], true)) {
          expect(each.reasons.some((reason) => reason.keeps === each.keep)).toBe(true);
          expect(Number.isNaN(each.nextReview)).toBe(false);
          if (each.keep && each.nextReview !== null) expect(each.nextReview).toBeGreaterThan(NOW);
        }
      }),
    );
  });

  it('any input gives decisions or a typed error', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true });
    fc.assert(
      fc.property(fc.oneof(anything, anyItems), fc.oneof(anything, anyPolicy), anything, (items, policy, extra) => {
        for (const given of [extra, { ...options, ...(extra as object) }]) {
          try {
            planRetention(items as RetentionItem[], policy as RetentionPolicy, given as never);
          } catch (error) {
            expect(error).toMatchObject({ name: 'RetentionError', code: expect.stringMatching(/^[A-Z_]+$/) });
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function planRetentionOf(
  items: readonly RetentionItem[],
  policies: RetentionPolicy[],
  allowRemovingAll = false,
): Decision[] {
  try {
    return planRetention(items, policies, { ...options, allowRemovingAll });
  } catch (error) {
    if ((error as RetentionError).code !== 'REMOVES_ALL') throw error;
    return plan(items, {});
  }
}
