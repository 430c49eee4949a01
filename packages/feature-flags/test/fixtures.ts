import fc from 'fast-check';
import {
  createFlags,
  type FlagContext,
  type FlagDefinitions,
  type Flags,
  type RampStep,
  type ShortFlag,
} from '../src/index.ts';

export const NOW: number = Date.UTC(2026, 5, 30, 12);

/** Flags at a fixed moment. */
export function flagsOf(definition: FlagDefinitions, nowMs: number = NOW): Flags {
  return createFlags({ definition, clock: () => nowMs });
}

/** One flag in the readable form, called `f`. */
export function only(flag: ShortFlag, rest: Partial<FlagDefinitions> = {}): FlagDefinitions {
  return { ...rest, flags: { ...rest.flags, f: flag } };
}

const tenants = ['acme', 'globex', 'initech', 'Pousada São João'];
const tenant = fc.constantFrom(...tenants);
const percentage = fc.oneof(
  fc.constantFrom(0, 100, 0.0001, 50),
  fc.nat(1_000_000).map((buckets) => buckets / 10_000),
);
const moment = fc.integer({ min: -10, max: 10 }).map((days) => new Date(NOW + days * 86_400_000).toISOString());

/** Anybody, with fields missing. */
export const anyContext: fc.Arbitrary<FlagContext> = fc.record(
  {
    targetingKey: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('u1', 'u2')),
    tenant,
    user: fc.string({ unit: 'binary', minLength: 1 }),
    plan: fc.constantFrom('free', 'paid'),
    seats: fc.nat(1000),
  },
  { requiredKeys: [] },
);

const rollout = fc.record(
  { percentage, unit: fc.constantFrom('tenant', 'user', 'targetingKey', 'seats'), salt: fc.constantFrom('s1', 's2') },
  { requiredKeys: ['percentage'] },
);

/** Marks of a guard: a step may wait, have passed, have failed, or have passed again. */
const guarded = fc
  .record(
    { passed: moment, failed: fc.record({ at: moment, metric: fc.constant('m'), value: fc.nat(9) }) },
    { requiredKeys: [] },
  )
  .map((marks) => ({ ...marks, guard: { metric: 'm', below: 1 } }));

/** Steps of which some have guards; such a ramp does not fall. */
export const anyGuardedRamp: fc.Arbitrary<readonly RampStep[]> = fc
  .uniqueArray(fc.tuple(moment, percentage, fc.option(guarded)), { selector: ([at]) => at, minLength: 1, maxLength: 4 })
  .map((steps) => {
    const shares = steps.map(([, share]) => share).toSorted((a, b) => a - b);
    return steps
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([at, , marks], index) => ({ at, percentage: shares[index] as number, ...marks }));
  });

const plainRamp = fc
  .uniqueArray(fc.tuple(moment, percentage), { selector: ([at]) => at, minLength: 1, maxLength: 4 })
  .map((steps) => steps.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([at, share]) => ({ at, percentage: share })));

const ramp = fc.oneof(plainRamp, anyGuardedRamp);

const schedule = fc
  .record({ start: moment, end: moment, ramp }, { requiredKeys: [] })
  .filter(({ start, end }) => start === undefined || end === undefined || start < end);

const anyFlag: fc.Arbitrary<ShortFlag> = fc.record(
  {
    enabled: fc.boolean(),
    rollout,
    targetTenants: fc.subarray(tenants, { minLength: 1 }),
    excludeTenants: fc.subarray(tenants),
    segments: fc.subarray(['paying', 'friends'], { minLength: 1 }),
    schedule,
    killSwitch: fc.oneof(fc.boolean(), fc.record({ tenants: fc.subarray(tenants) })),
  },
  { requiredKeys: [] },
);

const anyRanges: fc.Arbitrary<ShortFlag> = fc
  .uniqueArray(fc.nat(1_000_000), { minLength: 4, maxLength: 4 })
  .map((cuts) => {
    const [a = 0, b = 0, c = 0, d = 0] = cuts.toSorted((one, two) => one - two).map((cut) => cut / 10_000);
    return {
      variants: { red: 'r', blue: 'b', grey: 'g' },
      default: 'grey',
      rollout: { unit: 'tenant', ranges: { red: [a, b], blue: [c, d] } },
    };
  });

/** Flags in the readable form, some of which require others. */
export const anyDefinitions: fc.Arbitrary<FlagDefinitions> = fc
  .record({ a: anyFlag, b: anyFlag, c: anyFlag, d: anyRanges, cNeeds: fc.subarray(['a', 'b', 'd']) })
  .map(({ a, b, c, d, cNeeds }) => ({
    flags: { a, b, d, c: { ...c, requires: cNeeds } },
    segments: {
      paying: { rule: { and: [{ '===': [{ var: 'plan' }, 'paid'] }, { '>': [{ var: ['seats', 0] }, 10] }] } },
      friends: { tenants: ['initech'], users: ['u1'] },
    },
  }));
