import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FlagContext,
  type FlagDefinitions,
  type FlagdFlag,
  type RampStep,
  type ShortFlag,
  toFlagd,
} from '../../src/index.ts';
import { constantsOf } from '../../src/stale/constant-flag.ts';
import { anyContext, anyDefinitions, anyGuardedRamp, flagsOf, NOW, only } from '../fixtures.ts';

const DAY = 86_400_000;
const day = (days: number): string => new Date(NOW + days * DAY).toISOString();
const steps = (...list: readonly (readonly [number, number])[]) =>
  list.map(([days, percentage]) => ({ at: day(days), percentage }));
const guarded = (marks: Partial<RampStep>): RampStep => ({
  at: day(-5),
  percentage: 100,
  guard: { metric: 'errors', below: 1 },
  ...marks,
});
const failed = { at: day(-3), metric: 'errors', value: 2 };
const red = { variants: { red: 'r', blue: 'b' }, default: 'blue' };

/** What everybody gets, and why; `undefined` if that differs. */
const constant = (flag: ShortFlag | FlagdFlag, rest: Partial<FlagDefinitions> = {}): string | undefined => {
  const found = constantsOf(only(flag, rest), NOW)('f');
  return found === undefined ? undefined : `${found.variant} ${found.cause}`;
};

describe('a readable flag is the same for everybody', () => {
  it.each<[string, ShortFlag, string]>([
    ['without conditions', {}, 'on static'],
    ['at 100 %', { rollout: { percentage: 100, unit: 'tenant' } }, 'on rollout'],
    ['at 0 %, whoever it is for', { rollout: { percentage: 0 }, targetTenants: ['acme'] }, 'off rollout'],
    ['disabled', { enabled: false }, 'off enabled'],
    ['with its kill switch on', { killSwitch: true, enabled: false }, 'off killSwitch'],
    ['with a kill switch for no tenant', { killSwitch: { tenants: [] } }, 'on static'],
    ['after its end', { schedule: { end: day(0) } }, 'off schedule'],
    ['after its start', { schedule: { start: day(0) } }, 'on static'],
    ['after a ramp to 100 %', { schedule: { ramp: steps([-9, 10], [-1, 100]) } }, 'on ramp'],
    ['in a ramp that stays at 100 %', { schedule: { ramp: steps([-9, 100], [9, 100]) } }, 'on ramp'],
    ['in a ramp whose guard let the last step in', { schedule: { ramp: [guarded({ passed: day(-4) })] } }, 'on ramp'],
    ['after a ramp down to 0 %', { schedule: { ramp: steps([-9, 10], [-1, 0]) } }, 'off ramp'],
    ['for no tenants', { targetTenants: [] }, 'off targetTenants'],
    ['for no segments', { segments: [] }, 'off segments'],
    ['for a segment that is empty', { segments: ['empty'] }, 'off segments'],
    ['that excludes nobody', { excludeTenants: [] }, 'on static'],
    ['that requires one that is off', { requires: ['dead'] }, 'off requires'],
    ['that requires one that is on', { requires: ['live'] }, 'on static'],
    ['with variants and no rollout', { ...red, targetTenants: ['acme'] }, 'blue static'],
    ['with a range of everything', { ...red, rollout: { ranges: { red: [0, 100] }, unit: 'user' } }, 'red rollout'],
    ['with empty ranges', { ...red, rollout: { ranges: { red: [5, 5] } } }, 'blue rollout'],
  ])('%s', (_, flag, expected) => {
    const rest = { flags: { dead: { enabled: false }, live: {} }, segments: { empty: {} } };
    expect(constant(flag, rest)).toBe(expected);
  });

  it.each<[string, ShortFlag]>([
    ['at 50 %', { rollout: { percentage: 50 } }],
    ['at 100 % of some tenants', { rollout: { percentage: 100 }, targetTenants: ['acme'] }],
    ['without an excluded tenant', { excludeTenants: ['acme'] }],
    ['with a kill switch for a tenant', { killSwitch: { tenants: ['acme'] } }],
    ['before its start', { schedule: { start: day(1) } }],
    ['before its end', { schedule: { end: day(1) } }],
    ['in a ramp that goes on', { schedule: { ramp: steps([-1, 100], [1, 50]) } }],
    ['in a ramp whose step waits for its guard', { schedule: { ramp: [guarded({})] } }],
    ['in a ramp whose step has failed', { schedule: { ramp: [guarded({ passed: day(-4), failed })] } }],
    ['in a ramp with a step after one that waits', { schedule: { ramp: [guarded({}), ...steps([-2, 100])] } }],
    ['before its ramp', { schedule: { ramp: steps([1, 100]) } }],
    ['in a segment', { segments: ['beta'] }],
    ['if it requires one that differs', { requires: ['half'] }],
    ['with several ranges', { ...red, rollout: { ranges: { red: [0, 50], blue: [50, 100] } } }],
    ['with a part of a range', { ...red, rollout: { ranges: { red: [0, 99.9999] } } }],
  ])('but not %s', (_, flag) => {
    const rest = { flags: { half: { rollout: { percentage: 50 } } }, segments: { beta: { tenants: ['acme'] } } };
    expect(constant(flag, rest)).toBeUndefined();
  });

  it('since the step of the ramp, or the start, whichever is later', () => {
    const sinceOf = (schedule: ShortFlag['schedule']) => constantsOf(only({ schedule }), NOW)('f')?.sinceMs;
    expect(sinceOf({ ramp: steps([-9, 10], [-5, 100], [-2, 100]) })).toBe(NOW - 5 * DAY);
    expect(sinceOf({ start: day(-3), ramp: steps([-5, 100]) })).toBe(NOW - 3 * DAY);
    expect(sinceOf({ ramp: [guarded({ passed: day(-4) }), ...steps([-2, 100])] })).toBe(NOW - 4 * DAY);
    expect(sinceOf({ ramp: [guarded({ passed: day(-1), failed })] })).toBe(NOW - DAY);
    expect(sinceOf({ end: day(-4) })).toBe(NOW - 4 * DAY);
    expect(sinceOf(undefined)).toBeUndefined();
  });

  it('from the whole second on in which its time comes, as it is evaluated', () => {
    const time = new Date(NOW + 100).toISOString();
    const variantOf = (schedule: ShortFlag['schedule'], ms: number) =>
      constantsOf(only({ schedule }), NOW + ms)('f')?.variant;
    expect([250, 1000].map((ms) => variantOf({ end: time }, ms))).toEqual([undefined, 'off']);
    expect([250, 1000].map((ms) => variantOf({ start: time }, ms))).toEqual([undefined, 'on']);
    expect([250, 1000].map((ms) => variantOf({ ramp: [{ at: time, percentage: 100 }] }, ms))).toEqual([
      undefined,
      'on',
    ]);
  });
});

describe('a flag in flagd’s format is the same for everybody', () => {
  const flagd = (changes: Partial<FlagdFlag>): FlagdFlag => ({
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    ...changes,
  });
  const plan = { '===': [{ var: 'plan' }, 'paid'] };

  it.each<[string, Partial<FlagdFlag>, string | undefined]>([
    ['when it is disabled', { state: 'DISABLED' }, 'undefined state'],
    ['without rules', {}, 'off static'],
    ['without rules and default', { defaultVariant: null, targeting: {} }, 'undefined static'],
    ['where both branches are one', { targeting: { if: [plan, 'off', 'off'] } }, 'off targeting'],
    ['where the other branch is the default', { targeting: { if: [plan, 'off'] } }, 'off targeting'],
    ['where a condition is always true', { targeting: { if: [true, 'on', plan, 'off'] } }, 'on targeting'],
    ['where a condition is never true', { targeting: { if: [false, 'off', 'on'] } }, 'on targeting'],
    ['where an evaluator says so', { targeting: { if: [plan, { $ref: 'on' }, 'on'] } }, 'on targeting'],
    [
      'where one variant has all the weight',
      { targeting: { fractional: ['x', ['on', 1], ['off', 0]] } },
      'on targeting',
    ],
    ['where those without a unit get it too', { targeting: { fractional: [['off', 5]] } }, 'off targeting'],
    ['but not where rules differ', { targeting: { if: [plan, 'on', 'off'] } }, undefined],
    ['but not where the default differs', { targeting: { if: [plan, 'on'] } }, undefined],
    ['but not without a unit', { targeting: { fractional: [['on', 5]] } }, undefined],
    ['but not with weights', { targeting: { fractional: ['x', ['on', 1], ['off', 1]] } }, undefined],
    ['but not where the context says which', { targeting: { var: 'variant' } }, undefined],
  ])('%s', (_, changes, expected) => {
    expect(constant(flagd(changes), { $evaluators: { on: 'on' } })).toBe(expected);
  });
});

describe('what everybody is said to get', () => {
  /** Whether nobody gets anything else, now or later. */
  const holds = (definitions: FlagDefinitions, contexts: readonly FlagContext[]): number => {
    const constantOf = constantsOf(definitions, NOW);
    let said = 0;
    for (const key of Object.keys(definitions.flags)) {
      const found = constantOf(key);
      if (found === undefined) continue;
      said++;
      for (const nowMs of [NOW, NOW + 5 * DAY, NOW + 400 * DAY]) {
        for (const context of contexts) {
          const withUnit = found.unit === undefined ? context : { ...context, [found.unit]: 'somebody' };
          const { variant } = flagsOf(definitions, nowMs).explain(key, withUnit).evaluation;
          expect([key, variant], JSON.stringify(withUnit)).toEqual([key, found.variant]);
        }
      }
    }
    return said;
  };

  it('everybody gets, in both forms', () => {
    let said = 0;
    const contexts = fc.array(anyContext, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyDefinitions, contexts, (definitions, each) => {
        said += holds(definitions, each) + holds(toFlagd(definitions), each);
      }),
      { numRuns: 300 },
    );
    expect(said).toBeGreaterThan(100);
  });

  it('everybody gets where guards decide about steps, too', () => {
    let said = 0;
    fc.assert(
      fc.property(anyGuardedRamp, (ramp) => {
        said += holds(only({ schedule: { ramp } }), [{ targetingKey: 'u1' }]);
      }),
      { numRuns: 1000 },
    );
    expect(said).toBeGreaterThan(10);
  });
});
