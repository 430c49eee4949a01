import { durationOf } from './duration.ts';
import type { FlagSchedule, RampGuard, RampStep } from './model.ts';
import { momentOf } from './moment.ts';

/** The guards of a step; none of a step that is entered by time alone. */
export function guardsOf({ guard }: RampStep): readonly RampGuard[] {
  if (guard === undefined) return [];
  return Array.isArray(guard) ? (guard as readonly RampGuard[]) : [guard as RampGuard];
}

/** Whether a step is in force once its time has come: it has no guard, or it passed and has not failed since. */
export function isOpen({ guard, passed, failed }: RampStep): boolean {
  if (guard === undefined) return true;
  if (passed === undefined) return false;
  return failed === undefined || Date.parse(failed.at) < Date.parse(passed);
}

/** The steps that count: those before the first one that is not open. */
export function openSteps({ ramp = [] }: FlagSchedule): readonly RampStep[] {
  const closed = ramp.findIndex((step) => !isOpen(step));
  return closed < 0 ? ramp : ramp.slice(0, closed);
}

/** The position of the step that is in force at a moment; -1 before the first one. */
export function positionAt(schedule: FlagSchedule, nowMs: number): number {
  return openSteps(schedule).findLastIndex(({ at }) => nowMs >= momentOf(at));
}

/** When a step that is open was entered: its time had come, and it had passed. */
export function enteredMs({ at, passed }: RampStep): number {
  return passed === undefined ? momentOf(at) : Math.max(momentOf(at), Date.parse(passed));
}

/** The bounds of a guard in words: `above 5 and below 10`. */
export function boundOf({ above, below }: RampGuard): string {
  const bounds = [above === undefined ? [] : [`above ${above}`], below === undefined ? [] : [`below ${below}`]];
  return bounds.flat().join(' and ');
}

/** For how long the condition of a guard has to hold, in milliseconds. */
export function holdsForMs(guard: RampGuard): number {
  return guard.for === undefined ? 0 : (durationOf(guard.for) as number);
}

/** Whether a value is within the bounds of a guard; neither bound is within. */
export function isWithin(value: number, { above = -Infinity, below = Infinity }: RampGuard): boolean {
  return value > above && value < below;
}

/** What a step that is not open waits for, or why it failed; `undefined` for one that is open. */
export function whyClosed(step: RampStep): string | undefined {
  if (isOpen(step)) return undefined;
  const { failed, percentage } = step;
  const guards = guardsOf(step);
  if (failed !== undefined) {
    const bounds = guards.filter(({ metric }) => metric === failed.metric).map(boundOf);
    const expected = bounds.length === 0 ? '' : `, not ${bounds.join(' and ')}`;
    return `the step to ${percentage} % failed at ${failed.at}: ${failed.metric} was ${failed.value}${expected}`;
  }
  const conditions = guards.map((guard) => {
    const time = guard.for === undefined ? '' : ` for ${guard.for}`;
    return `${guard.metric} ${boundOf(guard)}${time}`;
  });
  return `the step to ${percentage} % waits for ${conditions.join(' and ')}`;
}
