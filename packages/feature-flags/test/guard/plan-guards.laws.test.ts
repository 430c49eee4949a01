import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type GuardReadings, neededMetrics, planGuards } from '../../src/guard/index.ts';
import { checkDefinitions, type FlagDefinitions, type RampGuard, type RampStep } from '../../src/index.ts';
import { anyDefinitions, NOW, only } from '../fixtures.ts';
import { applied, editsOf, MINUTE, percentageOf, ramped } from './ramps.ts';

const minutes = fc.integer({ min: -600, max: 30 });
const time = minutes.map((each) => new Date(NOW + each * MINUTE).toISOString());
const metric = fc.constantFrom('errors', 'latency');

const anyGuard: fc.Arbitrary<RampGuard> = fc.record(
  { metric, below: fc.constantFrom(1, 5), for: fc.constantFrom('1m', '10m', '1h') },
  { requiredKeys: ['metric', 'below'] },
);

const anyMarks = fc.record(
  {
    guard: fc.oneof(anyGuard, fc.array(anyGuard, { minLength: 1, maxLength: 3 })),
    retryAfter: fc.constantFrom('5m', '1h'),
    passed: fc.oneof(time, fc.constant(new Date(NOW - 601 * MINUTE).toISOString())),
    failed: fc.record({ at: time, metric, value: fc.nat(9) }),
  },
  { requiredKeys: ['guard'] },
);

const anyRamp: fc.Arbitrary<readonly RampStep[]> = fc
  .uniqueArray(fc.tuple(time, fc.integer({ min: 1, max: 100 }), fc.option(anyMarks, { freq: 4 })), {
    selector: ([at]) => at,
    minLength: 1,
    maxLength: 5,
  })
  .map((steps) => {
    const shares = steps.map(([, share]) => share).toSorted((a, b) => a - b);
    return steps
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([at, , marks], index) => ({ at, percentage: shares[index] as number, ...marks }));
  });

const anySamples = fc.array(
  fc.record({
    atMs: fc.integer({ min: NOW - 90 * MINUTE, max: NOW + 10 * MINUTE }),
    value: fc.oneof({ weight: 9, arbitrary: fc.nat(9) }, fc.double()),
  }),
);
/** Every minute for more than an hour, as a source gives it that works. */
const steadySamples = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 3 }))
  .map(([value, late]) => Array.from({ length: 80 }, (_, index) => ({ atMs: NOW - (index + late) * MINUTE, value })));

const anyHistory = fc.oneof(
  { weight: 9, arbitrary: fc.record({ samples: fc.oneof(anySamples, steadySamples) }) },
  { weight: 1, arbitrary: fc.record({ samples: steadySamples, problem: fc.constant('away') }) },
);
const anyReadings: fc.Arbitrary<GuardReadings> = fc
  .record({ errors: anyHistory, latency: anyHistory })
  .map((f) => ({ f }));

const law = (
  title: string,
  holds: (definitions: FlagDefinitions, readings: GuardReadings, ramp: readonly RampStep[]) => void,
): void =>
  it(title, () => {
    fc.assert(
      fc.property(anyRamp, anyReadings, (ramp, readings) => holds(only(ramped(...ramp)), readings, ramp)),
      { numRuns: 1000 },
    );
  });

const options = { nowMs: NOW };

it('is about ramps of which many enter a step and many leave one', () => {
  const counts = { enter: 0, stepBack: 0, wait: 0, hold: 0 };
  for (const [ramp, readings] of fc.sample(fc.tuple(anyRamp, anyReadings), 1000))
    for (const { action } of planGuards(only(ramped(...ramp)), readings, options)) counts[action]++;
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50);
});

law('planning again after the edits were applied decides on none', (definitions, readings) => {
  const after = applied(definitions, editsOf(planGuards(definitions, readings, options)));
  expect(editsOf(planGuards(after, readings, options))).toEqual([]);
});

law('what is written is good, and at most one step is taken', (definitions, readings, ramp) => {
  const edits = editsOf(planGuards(definitions, readings, options));
  const after = applied(definitions, edits);
  expect(checkDefinitions(after)).toEqual([]);
  expect(edits.length).toBeLessThanOrEqual(1);
  const [before, now] = [definitions, after].map((each) => percentageOf(each));
  const shares = [0, ...ramp.map(({ percentage }) => percentage)];
  expect(shares).toContain(before);
  expect(shares).toContain(now);
});

law(
  'the percentage rises only by an entry, with `passed`, and falls only by a step back, with `failed`',
  (definitions, readings) => {
    const decisions = planGuards(definitions, readings, options);
    const before = percentageOf(definitions);
    const now = percentageOf(applied(definitions, editsOf(decisions)));
    const written = JSON.stringify(editsOf(decisions));
    const nowText = new Date(NOW).toISOString();
    if (now > before) {
      expect(decisions.some(({ action }) => action === 'enter')).toBe(true);
      expect(written).toContain(`"passed":"${nowText}"`);
    }
    if (now < before) {
      expect(decisions.some(({ action }) => action === 'stepBack')).toBe(true);
      expect(written).toContain(`"failed":{"at":"${nowText}"`);
    }
    if (decisions.every(({ action }) => action === 'wait' || action === 'hold')) expect(written).toBe('[]');
  },
);

law('every decision has a reason', (definitions, readings) => {
  for (const { reasons } of planGuards(definitions, readings, options)) expect(reasons.length).toBeGreaterThan(0);
});

law('only metrics that are needed decide', (definitions, readings) => {
  const needed = new Set(neededMetrics(definitions, NOW).map((each) => each.metric));
  const f = Object.fromEntries(Object.entries(readings['f'] ?? {}).filter(([name]) => needed.has(name)));
  expect(editsOf(planGuards(definitions, { f }, options))).toEqual(editsOf(planGuards(definitions, readings, options)));
});

it('a reading that breaks a condition of the step in force brings back the percentage of the step before', () => {
  const guard = { metric: 'errors', below: 1, for: '10m' };
  fc.assert(
    fc.property(anyRamp, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 }), (ramp, value, ageMinutes) => {
      // All steps whose time has come have passed, and long ago.
      const passed = ramp.map(({ at, percentage }) => ({ at, percentage, guard, passed: at }));
      const current = passed.findLastIndex(({ at }) => Date.parse(at) < NOW - ageMinutes * MINUTE);
      const past = passed.slice(0, current + 1);
      fc.pre(current >= 0);
      const definitions = only(ramped(...past));
      const samples = [{ atMs: NOW - ageMinutes * MINUTE, value }];
      const decisions = planGuards(definitions, { f: { errors: { samples } } }, options);
      expect(decisions.map(({ action, step }) => [action, step])).toEqual([['stepBack', current]]);
      const after = applied(definitions, editsOf(decisions));
      expect(percentageOf(after)).toBe(past[current - 1]?.percentage ?? 0);
    }),
    { numRuns: 1000 },
  );
});

it('unknown readings write nothing, whatever the ramp', () => {
  fc.assert(
    fc.property(anyRamp, fc.constantFrom(Number.NaN, Infinity, 0, 9), (ramp, value) => {
      const stale = [{ atMs: NOW - 301_000, value }];
      const samples = Number.isFinite(value) ? stale : [{ atMs: NOW, value }];
      const f = { errors: { samples }, latency: { samples: [] } };
      expect(editsOf(planGuards(only(ramped(...ramp)), { f }, options))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

it('flags whose ramps have no guards are nobody’s concern', () => {
  fc.assert(
    fc.property(anyDefinitions, (definitions) => {
      const free = Object.fromEntries(
        Object.entries(definitions.flags).filter(([, flag]) => !JSON.stringify(flag).includes('"guard"')),
      );
      expect(planGuards({ flags: free }, {}, options)).toEqual([]);
    }),
  );
});

it('many rounds later, the percentage has never been above that of the clock alone, nor has it risen without an entry', () => {
  fc.assert(
    fc.property(anyRamp, fc.array(fc.nat(9), { minLength: 30, maxLength: 60 }), (ramp, values) => {
      let definitions = only(ramped(...ramp));
      const free = only(ramped(...ramp.map(({ at, percentage }) => ({ at, percentage }))));
      const samples: { atMs: number; value: number }[] = [];
      for (const [round, value] of values.entries()) {
        const nowMs = NOW - 300 * MINUTE + round * 5 * MINUTE;
        samples.push({ atMs: nowMs, value });
        const history = { samples };
        const decisions = planGuards(definitions, { f: { errors: history, latency: history } }, { nowMs });
        const byTime = percentageOf(definitions, nowMs);
        definitions = applied(definitions, editsOf(decisions));
        const now = percentageOf(definitions, nowMs);
        expect(now).toBeLessThanOrEqual(percentageOf(free, nowMs));
        if (now > byTime) expect(decisions.some(({ action }) => action === 'enter')).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});
