import { describe, expect, it } from 'vitest';
import { type GuardDecision, neededMetrics, planGuards } from '../../src/guard/index.ts';
import type { FlagDefinitions, ShortFlag } from '../../src/index.ts';
import { NOW, only } from '../fixtures.ts';
import { applied, at, calm, editsOf, HOUR, MINUTE, minutely, percentageOf, ramped, read } from './ramps.ts';

const plan = (flag: ShortFlag, readings = read({ 0: 0.2 }), nowMs = NOW): readonly GuardDecision[] =>
  planGuards(only(flag), readings, { nowMs });

/** Each decision on one line. */
const said = (decisions: readonly GuardDecision[]): readonly string[] =>
  decisions.map(({ action, percentage, reasons }) => {
    const why = reasons.map(({ message }) => message).join('; ');
    return `${action} ${percentage}: ${why}`;
  });

const steady = { at: at(-600), percentage: 1 };
const tenth = { at: at(-120), percentage: 10, guard: calm };
const half = { at: at(-60), percentage: 50, guard: calm };

describe('a step is entered', () => {
  it('when its time has come and its conditions hold, and `passed` is written', () => {
    const [decision, ...more] = plan(ramped(steady, tenth, half));
    expect(decision).toMatchObject({ flag: 'f', step: 1, percentage: 10, action: 'enter' });
    expect(decision?.reasons).toEqual([
      { message: 'error_rate is 0.2, below 1', metric: 'error_rate', value: 0.2, bound: 'below 1' },
    ]);
    expect(decision?.edit).toEqual({
      kind: 'set',
      key: 'f',
      definition: ramped(steady, { ...tenth, passed: at(0) }, half),
    });
    expect(more).toEqual([]);
  });

  it.each<[string, Parameters<typeof plan>, string]>([
    ['its time', [ramped({ ...tenth, at: at(1) })], `it may be entered from ${at(1)} on`],
    ['its conditions', [ramped(tenth), read({ 0: 1 })], 'error_rate is 1, not below 1'],
    ['a reading', [ramped(tenth), {}], 'error_rate is unknown: nothing was read'],
    ['a newer reading', [ramped(tenth), read({ '-6': 0 })], 'error_rate is unknown: it was last read 360 s ago'],
    ['a number', [ramped(tenth), read({ 0: Number.NaN })], 'error_rate is unknown: it was read as NaN'],
    ['one of now', [ramped(tenth), read({ 6: 0 })], 'error_rate is unknown: nothing was read'],
    [
      'a source that answers',
      [ramped(tenth), { f: { error_rate: { samples: minutely(-1, 0, () => 0), problem: 'it is away' } } }],
      'error_rate is unknown: it is away',
    ],
    [
      'all of its guards',
      [ramped({ ...tenth, guard: [calm, { metric: 'rps', above: 9 }] })],
      'rps is unknown: nothing was read',
    ],
    ['an enabled flag', [{ ...ramped(tenth), enabled: false }], 'it is disabled'],
    ['an open kill switch', [{ ...ramped(tenth), killSwitch: true }], 'its kill switch is on'],
    ['the start', [{ schedule: { start: at(1), ramp: [tenth] } }], 'it is not its time'],
    [
      'somebody to look at its failure',
      [ramped({ ...tenth, failed: { at: at(-60), metric: 'error_rate', value: 3 } })],
      `it failed at ${at(-60)}, when error_rate was 3; take "failed" away to try again`,
    ],
    [
      'another try',
      [ramped({ ...tenth, retryAfter: '2h', failed: { at: at(-60), metric: 'error_rate', value: 3 } })],
      `it failed at ${at(-60)}, when error_rate was 3; it may be entered from ${at(60)} on`,
    ],
  ])('not without %s', (_, [flag, readings, nowMs], reason) => {
    expect(said(plan(flag, readings, nowMs))).toEqual([`wait 10: ${reason}`]);
  });

  it('again when `retryAfter` is over, and its failure is forgotten', () => {
    const failed = { at: at(-60), metric: 'error_rate', value: 3 };
    const [edit] = editsOf(plan(ramped({ ...tenth, retryAfter: '1h', failed })));
    expect(edit?.definition).toEqual(ramped({ ...tenth, retryAfter: '1h', passed: at(0) }));
  });

  it('not from one whose own conditions are not known to hold', () => {
    const own = { ...tenth, guard: { metric: 'latency', below: 300 }, passed: at(-90) };
    expect(said(plan(ramped(steady, own, half)))).toEqual([
      'hold 10: latency is unknown: nothing was read',
      'wait 50: latency is unknown: nothing was read',
    ]);
  });

  it('only on what was read since the step before is in force', () => {
    const flag = ramped(steady, { ...tenth, passed: at(-1) }, half);
    expect(said(plan(flag, read({ '-1': 0.2 })))).toEqual([
      'hold 10: error_rate was not read since the step in force is there',
      'wait 50: error_rate was not read since the step in force is there',
    ]);
    expect(said(plan(flag, read({ '-0.5': 0.2 })))).toContain('enter 50: error_rate is 0.2, below 1');
  });
});

describe('readings and marks of other clocks', () => {
  it('one that is ahead does not take two steps at once', () => {
    const definitions = only(ramped(steady, tenth, half));
    const readings = read({ 1: 0.2 });
    const after = applied(definitions, editsOf(planGuards(definitions, readings, { nowMs: NOW })));
    expect(percentageOf(after)).toBe(10);
    expect(editsOf(planGuards(after, readings, { nowMs: NOW }))).toEqual([]);
  });

  it('a mark of later than now keeps the next step waiting', () => {
    const flag = ramped(steady, { ...tenth, passed: at(30) }, half);
    expect(said(plan(flag))).toContain('wait 50: error_rate was not read since the step in force is there');
  });
});

describe('a condition with `for`', () => {
  const patient = { ...tenth, guard: { ...calm, for: '10m' } };
  const over = (from: number, to: number, value: (minute: number) => number = () => 0.2): ReturnType<typeof read> => ({
    f: { error_rate: { samples: minutely(from, to, value) } },
  });

  it.each<[string, ReturnType<typeof read>, string]>([
    ['holds when all samples of that time do', over(-10, 0), 'enter 10: error_rate is 0.2, below 1 for 600 s'],
    ['does not when they don’t reach back so far', over(-9, 0), 'wait 10: error_rate is 0.2, below 1 for 540 s of 10m'],
    [
      'begins anew after one that broke it',
      over(-10, 0, (minute) => (minute === -4 ? 2 : 0.2)),
      'wait 10: error_rate is 0.2, below 1 for 180 s of 10m',
    ],
    [
      'begins anew after a gap',
      { f: { error_rate: { samples: [...minutely(-10, -8, () => 0.2), ...minutely(-2, 0, () => 0.2)] } } },
      'wait 10: error_rate is 0.2, below 1 for 120 s of 10m',
    ],
    [
      'goes by its last sample, not by the clock',
      over(-12, -3),
      'wait 10: error_rate is 0.2, below 1 for 540 s of 10m',
    ],
  ])('%s', (_, readings, decision) => {
    expect(said(plan(ramped(patient), readings))).toEqual([decision]);
  });

  it('counts from a failure, and from the start of the flag', () => {
    const failed = { at: at(-5), metric: 'error_rate', value: 3 };
    const again = ramped(steady, { ...patient, retryAfter: '5m', failed });
    const started: ShortFlag = { schedule: { start: at(-5), ramp: [patient] } };
    for (const flag of [again, started])
      expect(said(plan(flag, over(-60, 0)))).toEqual(['wait 10: error_rate is 0.2, below 1 for 240 s of 10m']);
  });

  it('counts from the entry of the step before', () => {
    const flag = ramped({ ...tenth, passed: at(-9) }, { ...half, guard: { ...calm, for: '10m' } });
    expect(said(plan(flag, over(-60, 0)))[1]).toBe('wait 50: error_rate is 0.2, below 1 for 480 s of 10m');
  });
});

describe('the step in force', () => {
  const entered = { ...half, guard: { ...calm, for: '10m' }, passed: at(-30) };
  const before = { ...tenth, guard: { ...calm, for: '10m' }, passed: at(-90) };

  it('is left for the one before as soon as one reading breaks a condition', () => {
    const decisions = plan(ramped(steady, before, entered), read({ '-1': 0, 0: 2.5 }));
    expect(said(decisions)).toEqual(['stepBack 50: error_rate is 2.5, not below 1']);
    const after = applied(only(ramped(steady, before, entered)), editsOf(decisions));
    const { passed: _, ...rest } = entered;
    const failed = { at: at(0), metric: 'error_rate', value: 2.5 };
    expect(after).toEqual(only(ramped(steady, before, { ...rest, failed })));
    expect([percentageOf(only(ramped(steady, before, entered))), percentageOf(after)]).toEqual([50, 10]);
  });

  it('takes what had passed after it along', () => {
    const later = { at: at(60), percentage: 100, guard: calm, passed: at(-5) };
    const [edit] = editsOf(plan(ramped(before, entered, later), read({ 0: 2 })));
    const { schedule } = (edit?.definition ?? {}) as ShortFlag;
    expect(schedule?.ramp?.map(({ passed }) => passed)).toEqual([at(-90), undefined, undefined]);
  });

  it.each<[string, Parameters<typeof plan>[1], string]>([
    ['unknown', {}, 'error_rate is unknown: nothing was read'],
    ['too old', read({ '-6': 9 }), 'error_rate is unknown: it was last read 360 s ago'],
    ['infinite', read({ 0: Infinity }), 'error_rate is unknown: it was read as Infinity'],
    ['of before the step was entered', read({ '-31': 9 }), 'error_rate is unknown: it was last read 1860 s ago'],
  ])('stays when a metric is %s', (_, readings, reason) => {
    expect(said(plan(ramped(before, entered), readings))).toEqual([`hold 50: ${reason}`]);
  });

  it('stays while nobody has the flag', () => {
    const flag = ramped(before, entered);
    expect(said(plan({ ...flag, enabled: false }, read({ 0: 9 })))).toEqual(['hold 50: it is disabled']);
  });

  it('is left even if the clock that entered it was ahead', () => {
    const flag = ramped(steady, { ...tenth, passed: at(30) });
    expect(said(plan(flag, read({ 0: 9 })))).toEqual(['stepBack 10: error_rate is 9, not below 1']);
  });

  it('is not judged by what was read before a higher one was left, nor spared by failures of before its entry', () => {
    const failed = (minutes: number): ShortFlag => {
      const fallen = { ...half, failed: { at: at(minutes), metric: 'error_rate', value: 3 } };
      return ramped(steady, { ...before, guard: minutes === -1 ? calm : before.guard, passed: at(-4) }, fallen);
    };
    const hold = 'hold 10: error_rate was not read since the step in force is there';
    expect(said(plan(failed(-1), read({ '-2': 3 })))[0]).toBe(hold);
    expect(said(plan(failed(-5), read({ 0: 3 })))).toEqual(['stepBack 10: error_rate is 3, not below 1']);
  });

  it('is not judged for its `for` after a higher one was left, as rates look back, and then it is', () => {
    const fallen = { ...half, failed: { at: at(-5), metric: 'error_rate', value: 3 } };
    const flag = ramped(steady, before, fallen);
    expect(said(plan(flag, read({ 0: 3 })))[0]).toBe(
      `hold 10: error_rate may still speak of the step that was left, until ${at(5)}`,
    );
    const [later] = said(plan(flag, read({ 6: 3 }), NOW + 6 * MINUTE));
    expect(later).toBe('stepBack 10: error_rate is 3, not below 1');
  });
});

describe('a metric that swings around its bound', () => {
  /** One round a minute for a day, with what was read before. Returns the entries and how many fell back. */
  const day = (flag: ShortFlag): Record<string, number> => {
    let definitions: FlagDefinitions = only(flag);
    const counts: Record<string, number> = { enter: 0, stepBack: 0 };
    for (let minute = 0; minute < 24 * 60; minute++) {
      // Good for 15 minutes, and then bad for 5.
      const samples = minutely(minute - 30, minute, (each) => ((each + 40) % 20 < 15 ? 0.5 : 1.5));
      const decisions = planGuards(definitions, { f: { error_rate: { samples } } }, { nowMs: NOW + minute * MINUTE });
      for (const { action } of decisions) counts[action] = (counts[action] ?? 0) + 1;
      definitions = applied(definitions, editsOf(decisions));
    }
    return { enter: counts['enter'] ?? 0, stepBack: counts['stepBack'] ?? 0 };
  };

  it('makes a step fail once, and it is not entered again', () => {
    expect(day(ramped(steady, tenth))).toEqual({ enter: 1, stepBack: 1 });
  });

  it('makes it flap no more often than `retryAfter` allows', () => {
    const { enter, stepBack } = day(ramped(steady, { ...tenth, retryAfter: '6h' }));
    expect([enter, stepBack]).toEqual([4, 4]);
  });

  it('never lets a step in that has to be good for longer than it is', () => {
    const guard = { ...calm, for: '16m' };
    expect(day(ramped(steady, { ...tenth, guard, retryAfter: '1h' }))).toEqual({ enter: 0, stepBack: 0 });
  });
});

describe('neededMetrics', () => {
  it('names those of the step in force and of one that may be entered soon, once', () => {
    const patient = { metric: 'latency', below: 300, for: '10m' };
    const soon = { at: at(15), percentage: 50, guard: [calm, patient] };
    const flag = ramped({ ...tenth, passed: at(-60) }, soon, {
      at: at(16),
      percentage: 100,
      guard: { metric: 'x', below: 1 },
    });
    expect(neededMetrics(only(flag), NOW)).toEqual([
      { flag: 'f', metric: 'error_rate', forMs: 0 },
      { flag: 'f', metric: 'latency', forMs: 600_000 },
    ]);
    expect(neededMetrics(only(flag), NOW - HOUR / 10)).toEqual([{ flag: 'f', metric: 'error_rate', forMs: 0 }]);
  });

  it('names none of flags without guards, that nobody has, or that wait for a person', () => {
    const failed = { at: at(-60), metric: 'error_rate', value: 3 };
    for (const flag of [ramped(steady), { ...ramped(tenth), killSwitch: true }, ramped({ ...tenth, failed })])
      expect(neededMetrics(only(flag), NOW)).toEqual([]);
  });
});
