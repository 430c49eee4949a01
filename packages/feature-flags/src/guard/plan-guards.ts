import { type FlagDefinitions, isFlagdFlag, type RampStep, type ShortFlag } from '../definition/model.ts';
import { guardsOf, holdsForMs } from '../definition/ramp.ts';
import { soundPart } from '../definition/sound.ts';
import { type GuardReason, judge, type Verdict } from './judge.ts';
import { isGuarded, isWaiting, mayEnterMs, type RampState, rampState, whyAsleep } from './ramp-state.ts';
import { type GuardReadings, historyOf } from './readings.ts';
import type { FlagEdit } from '../store/editable.ts';

/** A flag as it should be. */
export type GuardEdit = Extract<FlagEdit, { readonly kind: 'set' }>;

/** What is decided of one step of a ramp. */
export interface GuardDecision {
  readonly flag: string;
  /** The position of the step in its ramp, from 0 on, and its percentage. */
  readonly step: number;
  readonly percentage: number;
  /** `enter` and `stepBack` change the flag. `wait`: the step is not entered yet. `hold`: the step in force stays. */
  readonly action: 'enter' | 'stepBack' | 'wait' | 'hold';
  readonly reasons: readonly GuardReason[];
  /** What `enter` and `stepBack` write. */
  readonly edit?: GuardEdit | undefined;
}

/** Options of {@link planGuards}. */
export interface PlanGuardsOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** What was read longer ago says nothing, and a longer gap ends a time for which a condition held. Default: 5 minutes, as in Prometheus. */
  readonly maxAgeMs?: number | undefined;
}

export const MAX_AGE_MS = 300_000;

/**
 * Decides which steps of ramps with guards are entered, and which are left. Pure: applying the edits is the caller's, and `guardFlags` does it.
 * At most one step of a flag is taken at a time, and planning again after the edits were applied decides on no further ones.
 *
 * - A step is **entered** when its time has come, all its conditions hold - for the whole of their `for`, and with the step before in force - and
 *   those of the step in force are known to hold, too.
 * - The step in force is **left** for the one before when a condition of it is broken, at once. It is not entered again by itself, except after
 *   `retryAfter`. If a step was left, the one below it is not judged for as long as the `for` of its own guard says: until then, a rate
 *   over some minutes still speaks of the higher one.
 * - Metrics that are **unknown**, too old, or not read since the step in force is there change nothing.
 *
 * A flag with a mistake is left alone: nobody knows what its ramp is.
 *
 * @throws {FlagError} `INVALID_FLAGS` where a mistake belongs to no flag.
 * @example
 * ```ts
 * import { planGuards } from '@x/feature-flags/guard';
 *
 * const guard = { metric: 'error_rate', below: 1 };
 * const ramp = [{ at: '2027-01-10T08:00:00Z', percentage: 10, guard }];
 * const nowMs = Date.parse('2027-01-10T09:00:00Z');
 * const readings = { new_ui: { error_rate: { samples: [{ atMs: nowMs, value: 0.2 }] } } };
 * for (const { action, edit } of planGuards({ flags: { new_ui: { schedule: { ramp } } } }, readings, { nowMs }))
 *   console.log(action, edit?.definition); // enter, with `passed`
 * ```
 */
export function planGuards(
  definitions: FlagDefinitions,
  readings: GuardReadings,
  { nowMs, maxAgeMs = MAX_AGE_MS }: PlanGuardsOptions,
): readonly GuardDecision[] {
  return Object.entries(soundPart(definitions).definitions.flags).flatMap(([key, flag]) => {
    if (isFlagdFlag(flag) || flag.schedule?.ramp === undefined) return [];
    return planFlag(key, flag, { state: rampState(flag.schedule, nowMs), readings, nowMs, maxAgeMs });
  });
}

interface Moment {
  readonly state: RampState;
  readonly readings: GuardReadings;
  readonly nowMs: number;
  readonly maxAgeMs: number;
}

function planFlag(key: string, flag: ShortFlag, moment: Moment): readonly GuardDecision[] {
  const { state, nowMs } = moment;
  const asleep = whyAsleep(flag, nowMs);
  const decisions: GuardDecision[] = [];
  const { current, next, position } = state;
  let doubts: readonly GuardReason[] = [];
  if (isGuarded(current)) {
    const about = { flag: key, step: position, percentage: current.percentage };
    const verdicts = asleep === undefined ? currentVerdicts(key, current, moment) : [];
    const broken = verdicts.filter(({ kind }) => kind === 'broken').map(({ reason }) => reason);
    const [first] = broken;
    if (first !== undefined)
      return [{ ...about, action: 'stepBack', reasons: broken, edit: leaving(key, flag, { moment, reason: first }) }];
    doubts = verdicts.filter(({ kind }) => kind !== 'holds').map(({ reason }) => reason);
    const reasons = asleep === undefined ? verdicts.map(({ reason }) => reason) : [{ message: asleep }];
    decisions.push({ ...about, action: 'hold', reasons });
  }
  if (!isWaiting(next)) return decisions;
  const about = { flag: key, step: position + 1, percentage: next.percentage };
  const obstacles = asleep === undefined ? [...untimely(next, nowMs), ...doubts] : [{ message: asleep }];
  if (obstacles.length > 0) return [...decisions, { ...about, action: 'wait', reasons: obstacles }];
  const verdicts = nextVerdicts(key, next, moment);
  const missing = verdicts.filter(({ kind }) => kind !== 'holds').map(({ reason }) => reason);
  if (missing.length > 0) return [...decisions, { ...about, action: 'wait', reasons: missing }];
  const reasons = verdicts.map(({ reason }) => reason);
  return [...decisions, { ...about, action: 'enter', reasons, edit: entering(key, flag, moment) }];
}

/** Of the step in force one broken condition is enough, whatever its `for` says. */
function currentVerdicts(key: string, step: RampStep, { state, readings, nowMs, maxAgeMs }: Moment): Verdict[] {
  return guardsOf(step).map((guard) => {
    const calmMs = state.fellMs + holdsForMs(guard);
    const sinceMs = Math.max(state.provenMs, calmMs);
    if (nowMs > calmMs)
      return judge(guard, historyOf(readings, key, guard.metric), { nowMs, maxAgeMs, sinceMs, isForAll: false });
    const message = `${guard.metric} may still speak of the step that was left, until ${timeOf(calmMs)}`;
    return { kind: 'unknown', reason: { message, metric: guard.metric } };
  });
}

function nextVerdicts(key: string, step: RampStep, { state, readings, nowMs, maxAgeMs }: Moment): Verdict[] {
  const { sinceMs } = state;
  return guardsOf(step).map((guard) =>
    judge(guard, historyOf(readings, key, guard.metric), { nowMs, maxAgeMs, sinceMs, isForAll: true }),
  );
}

/** Why a step may not be entered yet, whatever its metrics say. */
function untimely(step: RampStep, nowMs: number): readonly GuardReason[] {
  const { failed } = step;
  const fromMs = mayEnterMs(step);
  if (fromMs !== undefined && nowMs >= fromMs) return [];
  const failure = failed === undefined ? '' : `it failed at ${failed.at}, when ${failed.metric} was ${failed.value}`;
  const then = fromMs === undefined ? 'take "failed" away to try again' : `it may be entered from ${timeOf(fromMs)} on`;
  return [
    { message: [failure, then].filter((part) => part !== '').join('; '), metric: failed?.metric, value: failed?.value },
  ];
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

function entering(key: string, flag: ShortFlag, { state, nowMs }: Moment): GuardEdit {
  return edited(key, flag, (step, index) => {
    if (index !== state.position + 1) return step;
    const { failed: _, ...rest } = step;
    return { ...rest, passed: timeOf(nowMs) };
  });
}

/** What was found out about steps above the one that failed was before it failed: they have to pass again. */
function leaving(
  key: string,
  flag: ShortFlag,
  { moment, reason }: { readonly moment: Moment; readonly reason: GuardReason },
): GuardEdit {
  const { state, nowMs } = moment;
  return edited(key, flag, (step, index) => {
    if (index < state.position) return step;
    const { passed: _, ...rest } = step;
    if (index > state.position) return rest;
    return { ...rest, failed: { at: timeOf(nowMs), metric: reason.metric as string, value: reason.value as number } };
  });
}

function edited(key: string, flag: ShortFlag, change: (step: RampStep, index: number) => RampStep): GuardEdit {
  const { schedule = {} } = flag;
  return {
    kind: 'set',
    key,
    definition: { ...flag, schedule: { ...schedule, ramp: (schedule.ramp ?? []).map(change) } },
  };
}
