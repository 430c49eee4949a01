import { durationOf } from '../definition/duration.ts';
import type { FlagSchedule, RampStep, ShortFlag } from '../definition/model.ts';
import { momentOf, spanOf } from '../definition/moment.ts';
import { guardsOf, isOpen, positionAt } from '../definition/ramp.ts';

/** Where a ramp stands. */
export interface RampState {
  /** The position of the step in force; -1 before the first one. */
  readonly position: number;
  readonly current: RampStep | undefined;
  /** The step after it. */
  readonly next: RampStep | undefined;
  /** Since when the step in force is there, entered from below or come back to from above; later than now if a mark is. */
  readonly sinceMs: number;
  /** When it was entered, by marks that are not later than now: a guard whose clock was ahead must not keep a step from failing. */
  readonly provenMs: number;
  /** When a step above was left last; -Infinity if none was since the step in force was entered. */
  readonly fellMs: number;
}

/** Where the ramp of a schedule stands at a moment. */
export function rampState(schedule: FlagSchedule, nowMs: number): RampState {
  const { ramp = [], start } = schedule;
  const position = positionAt(schedule, nowMs);
  const below = ramp.slice(0, position + 1);
  const entered = below.flatMap((step) => [
    momentOf(step.at),
    ...(step.passed === undefined ? [] : [Date.parse(step.passed)]),
  ]);
  if (start !== undefined) entered.push(momentOf(start));
  const fell = ramp.slice(position + 1).flatMap(({ failed }) => (failed === undefined ? [] : [Date.parse(failed.at)]));
  const past = (times: readonly number[]): number => Math.max(...times.filter((time) => time <= nowMs), -Infinity);
  const [provenMs, fellMs] = [past(entered), past(fell)];
  return {
    position,
    current: ramp[position],
    next: ramp[position + 1],
    sinceMs: Math.max(...entered, ...fell, -Infinity),
    provenMs,
    fellMs: fellMs > provenMs ? fellMs : -Infinity,
  };
}

/** Why readings say nothing about a flag, as nobody has it; `undefined` if somebody may. */
export function whyAsleep({ enabled = true, killSwitch, schedule }: ShortFlag, nowMs: number): string | undefined {
  if (killSwitch === true) return 'its kill switch is on';
  if (!enabled) return 'it is disabled';
  const { startMs, endMs } = spanOf(schedule);
  return nowMs < startMs || nowMs >= endMs ? 'it is not its time' : undefined;
}

/** From when on a step may be entered; `undefined`: a person has to look first. */
export function mayEnterMs({ at, failed, retryAfter }: RampStep): number | undefined {
  if (failed === undefined) return momentOf(at);
  if (retryAfter === undefined) return undefined;
  return Math.max(momentOf(at), Date.parse(failed.at) + (durationOf(retryAfter) as number));
}

/** Whether a step has conditions of which it is not known that they held. */
export function isWaiting(step: RampStep | undefined): step is RampStep {
  return step !== undefined && !isOpen(step);
}

/** Whether a step has conditions at all. */
export function isGuarded(step: RampStep | undefined): step is RampStep {
  return step !== undefined && guardsOf(step).length > 0;
}
