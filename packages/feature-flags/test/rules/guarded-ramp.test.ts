import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RampGuard, type RampStep, type ShortFlag, simulateFlags, toFlagd } from '../../src/index.ts';
import { anyGuardedRamp, flagsOf, NOW, only } from '../fixtures.ts';

const hour = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();
const guard: RampGuard = { metric: 'error_rate', below: 1 };
const ramped = (...ramp: readonly RampStep[]): ShortFlag => ({ rollout: { unit: 'user' }, schedule: { ramp } });

/** The percentage in force, as explanations have it. */
const percentageOf = (flag: ShortFlag, nowMs: number = NOW): unknown =>
  flagsOf(only(flag), nowMs).explain('f', { user: 'u' }).findings.at(-1)?.facts['percentage'];

describe('a ramp with guards', () => {
  const first = { at: hour(-3), percentage: 1 };
  const last = { at: hour(-1), percentage: 100 };

  it.each<[string, Partial<RampStep>, number]>([
    ['that waits keeps itself and all after it', {}, 1],
    ['that has passed goes by time', { passed: hour(-2) }, 100],
    ['that has failed since is as if it had not passed', { passed: hour(-2), failed: failed(-1.5) }, 1],
    ['that failed in the same moment has failed', { passed: hour(-2), failed: failed(-2) }, 1],
    ['that failed and has passed since has passed', { passed: hour(-1.5), failed: failed(-2) }, 100],
    ['that has passed before its time still waits for that', { passed: hour(-5), at: hour(1) }, 1],
  ])('a step %s', (_, step, percentage) => {
    const middle = { at: hour(-2), percentage: 10, guard, ...step };
    const end = step.at === undefined ? last : { ...last, at: hour(2) };
    expect(percentageOf(ramped(first, middle, end))).toBe(percentage);
  });

  it('whose first step waits has nobody in', () => {
    const flag = ramped({ ...last, guard });
    expect(percentageOf(flag)).toBe(0);
    expect(flagsOf(only(flag)).isEnabled('f', { user: 'u' })).toBe(false);
    expect(toFlagd(only(flag)).flags['f']).toMatchObject({ defaultVariant: 'off' });
  });

  it('says which step waits or failed, and why, once its time has come', () => {
    const sentence = (step: Partial<RampStep>, nowMs?: number): string =>
      flagsOf(only(ramped({ at: hour(-2), percentage: 100, guard, ...step })), nowMs).explain('f').sentence;
    const waiting = sentence({
      guard: [
        { ...guard, for: '10m' },
        { metric: 'rps', above: 5, below: 9 },
      ],
    });
    expect(waiting).toBe(
      'f is false: its rollout is at 0 %; the step to 100 % waits for error_rate below 1 for 10m and rps above 5 and below 9.',
    );
    expect(sentence({ failed: failed(-1) })).toBe(
      `f is false: its rollout is at 0 %; the step to 100 % failed at ${hour(-1)}: error_rate was 2.5, not below 1.`,
    );
    expect(sentence({}, NOW - 3 * 3_600_000)).toBe('f is false: its rollout is at 0 %.');
    expect(sentence({ passed: hour(-1) })).toBe('f is true: its rollout is at 100 %.');
  });

  it('can be simulated: what passes flips whom the step lets in', () => {
    const step = { at: hour(-2), percentage: 100, guard };
    const contexts = ['a', 'b'].map((user) => ({ user }));
    const { flips } = simulateFlags(only(ramped(step)), only(ramped({ ...step, passed: hour(-1) })), contexts, {
      nowMs: NOW,
    });
    expect(flips.map(({ after }) => after)).toEqual([true, true]);
  });

  it('never has more in than the same ramp without guards, and as many if all have passed', () => {
    fc.assert(
      fc.property(anyGuardedRamp, fc.integer({ min: -11, max: 11 }), (ramp, days) => {
        const nowMs = NOW + days * 86_400_000;
        const free = ramp.map(({ at, percentage }) => ({ at, percentage }));
        const passed = ramp.map(({ at, percentage }) => ({ at, percentage, guard, passed: at }));
        const [withGuards, without] = [ramp, free].map((each) => percentageOf(ramped(...each), nowMs) as number);
        expect(withGuards).toBeLessThanOrEqual(without as number);
        expect(percentageOf(ramped(...passed), nowMs)).toBe(without);
      }),
    );
  });
});

function failed(hours: number): RampStep['failed'] {
  return { at: hour(hours), metric: 'error_rate', value: 2.5 };
}

describe('parts of a second in schedules', () => {
  it('are rounded up: nothing begins or ends before its time', () => {
    const at = '2027-01-01T08:00:00.250Z';
    const second = Date.parse('2027-01-01T08:00:01Z');
    const states = (flag: ShortFlag): boolean[] =>
      [second - 1, second].map((nowMs) => flagsOf(only(flag), nowMs).isEnabled('f'));
    expect(states({ schedule: { start: at } })).toEqual([false, true]);
    expect(states({ schedule: { end: at } })).toEqual([true, false]);
    expect(states({ schedule: { ramp: [{ at, percentage: 100 }] } })).toEqual([false, true]);
    const whole = Date.parse('2027-01-01T08:00:00Z');
    const exact = only({ schedule: { start: '2027-01-01T08:00:00Z' } });
    expect([whole - 1, whole].map((nowMs) => flagsOf(exact, nowMs).isEnabled('f'))).toEqual([false, true]);
  });

  it('mean the same in flagd’s format, at every millisecond', () => {
    const offset = fc.integer({ min: -3000, max: 3000 });
    const time = offset.map((ms) => new Date(NOW + ms).toISOString());
    const ramp = fc
      .uniqueArray(time, { minLength: 1, maxLength: 4 })
      .map((times) => times.toSorted().map((at, index) => ({ at, percentage: index % 2 === 0 ? 100 : 0 })));
    const schedule = fc
      .record({ start: time, end: time, ramp }, { requiredKeys: [] })
      .filter(({ start = '', end = '9' }) => start < end);
    fc.assert(
      fc.property(schedule, offset, (each, ms) => {
        const definitions = only({ schedule: each });
        const [own, flagd] = [definitions, toFlagd(definitions)].map((all) => flagsOf(all, NOW + ms).isEnabled('f'));
        expect(flagd).toBe(own);
      }),
      { numRuns: 1000 },
    );
  });
});
