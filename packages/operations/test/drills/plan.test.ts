import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { type DrillPolicy, type DrillResult, type DrillSnapshot, planDrills } from '../../src/drills/index.ts';
import { DAY, drill, idOf, iso, NOW, snapshot } from '../fixtures/drill-facts.ts';

const only = { validateEveryMs: null, fullEveryMs: 91 * DAY } as const;

it('a tenant that was never drilled is due at once, both ways, and by its newest snapshot first', () => {
  const old = snapshot({ madeMs: NOW - 9 * DAY });
  const newest = snapshot({ madeMs: NOW - DAY });
  const { drills, later, left, nothing } = planDrills({ snapshots: [old, newest], history: [], nowMs: NOW });
  expect(drills.map(({ kind }) => kind).toSorted()).toEqual(['full', 'validate']);
  expect(drills.map(({ snapshot: id }) => id)).toEqual([newest.id, old.id]);
  expect(drills[0]).toMatchObject({ dueAt: iso(old.madeMs), reason: 'there was none yet; the newest', bytes: 1000 });
  expect([later, left, nothing]).toEqual([[], [], []]);
});

test.each([
  ['passed', 90 * DAY, 'later'],
  ['passed', 92 * DAY, 'due'],
  ['failed', 2 * DAY, 'due'],
  ['failed', DAY / 2, 'later'],
  // Nothing is known by it.
  ['notTried', 1, 'due'],
] as const)('a full drill that was %s %d ms ago makes the next one %s', (status, ageMs, expected) => {
  const history = [drill({ status, finishedAt: iso(NOW - ageMs) })];
  const plan = planDrills({ snapshots: [snapshot()], history, policy: only, nowMs: NOW });
  expect(plan.drills.length === 1 ? 'due' : 'later').toBe(expected);
  expect(plan.drills.length + plan.later.length).toBe(1);
});

it('a tenant has its own intervals, and null is never', () => {
  const policy: DrillPolicy = { ...only, tenants: { shop: { fullEveryMs: 7 * DAY }, quiet: { fullEveryMs: null } } };
  const snapshots = [snapshot(), snapshot({ tenant: 'quiet' }), snapshot({ tenant: 'usual' })];
  const history = ['shop', 'quiet', 'usual'].map((tenant) => drill({ tenant, finishedAt: iso(NOW - 8 * DAY) }));
  const { drills, later } = planDrills({ snapshots, history, policy, nowMs: NOW });
  expect(drills.map(({ tenant }) => tenant)).toEqual(['shop']);
  expect(later.map(({ tenant }) => tenant)).toEqual(['usual']);
});

it('checkpoints are never drilled, and a tenant that has nothing else is named', () => {
  const { drills, nothing } = planDrills({ snapshots: [snapshot({ kind: 'checkpoint' })], history: [], nowMs: NOW });
  expect([drills, nothing]).toEqual([[], ['shop']]);
});

it('what waits longest goes first, and what one run does not make is left for the next', () => {
  const snapshots = ['a', 'b', 'c'].map((tenant) => snapshot({ tenant }));
  const history = [120, 150, 100].map((days, n) =>
    drill({ tenant: ['a', 'b', 'c'][n] ?? '', finishedAt: iso(NOW - days * DAY) }),
  );
  const { drills, left } = planDrills({ snapshots, history, policy: { ...only, perRun: 1 }, nowMs: NOW });
  expect(drills.map(({ tenant }) => tenant)).toEqual(['b']);
  expect(left.map(({ tenant }) => tenant)).toEqual(['a', 'c']);
});

test.each([
  { fullEveryMs: 0 },
  { perRun: 0 },
  { perRun: 1.5 },
  { retryAfterMs: NaN },
  { tenants: { a: { fullEveryMs: -1 } } },
])('a policy that can not be is refused: %o', (policy) => {
  expect(() => planDrills({ snapshots: [], history: [], policy, nowMs: NOW })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

/** Makes what plans say, one run after the other. */
function drillOn(snapshots: readonly DrillSnapshot[], policy: DrillPolicy, runs: number): readonly DrillResult[] {
  const history: DrillResult[] = [];
  for (let run = 0; run < runs; run++) {
    const nowMs = NOW + run * 91 * DAY;
    for (const { tenant, snapshot: id, kind } of planDrills({ snapshots, history, policy, nowMs }).drills)
      history.push(drill({ tenant, snapshot: id, kind, finishedAt: iso(nowMs) }));
  }
  return history;
}

it('law: every snapshot of every tenant has its turn', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(counts, fc.string(), fc.integer({ min: 1, max: 3 }), (sizes, seed, perRun) => {
      const snapshots = sizes.flatMap((size, tenant) =>
        Array.from({ length: size }, (_, n) => snapshot({ tenant: `t${tenant}`, madeMs: NOW - (n + 1) * DAY })),
      );
      const runs = 2 * 6 * sizes.length;
      const drilled = new Set(drillOn(snapshots, { ...only, seed, perRun }, runs).map((each) => each.snapshot));
      expect(drilled.size).toBe(snapshots.length);
    }),
  );
});

it('law: the order in which facts are told does not matter', () => {
  const facts = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 200 })), { maxLength: 12 });
  fc.assert(
    fc.property(facts, fc.string(), (told, seed) => {
      const snapshots = told.map(([tenant, days], n) =>
        snapshot({ id: idOf(n + 1), tenant: `t${tenant}`, madeMs: NOW - days * DAY }),
      );
      const history = told.map(([tenant, days], n) =>
        drill({ id: idOf(n + 1), tenant: `t${tenant}`, snapshot: idOf(n + 1), finishedAt: iso(NOW - days * DAY) }),
      );
      const policy = { seed };
      const plan = planDrills({ snapshots, history, policy, nowMs: NOW });
      const other = { snapshots: snapshots.toReversed(), history: history.toReversed(), policy, nowMs: NOW };
      expect(planDrills(other)).toEqual(plan);
    }),
  );
});

it('another seed tries old snapshots in another order', () => {
  const snapshots = Array.from({ length: 12 }, (_, n) => snapshot({ madeMs: NOW - (n + 1) * DAY }));
  const order = (seed: string): string[] => drillOn(snapshots, { ...only, seed }, 24).map((each) => each.snapshot);
  expect(order('a')).toEqual(order('a'));
  expect(order('a')).not.toEqual(order('b'));
});
