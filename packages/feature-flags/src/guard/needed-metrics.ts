import { type FlagDefinitions, isFlagdFlag, type RampStep, type ShortFlag } from '../definition/model.ts';
import { guardsOf, holdsForMs } from '../definition/ramp.ts';
import { isGuarded, isWaiting, mayEnterMs, rampState, whyAsleep } from './ramp-state.ts';

/** A metric of a flag that decides something now or soon. */
export interface NeededMetric {
  readonly flag: string;
  readonly metric: string;
  /** For how long its values have to be known. */
  readonly forMs: number;
}

/**
 * Which metrics `planGuards` would look at now: those of steps in force, and those of steps that may be entered soon enough. Each is named
 * once for a flag.
 */
export function neededMetrics(definitions: FlagDefinitions, nowMs: number): readonly NeededMetric[] {
  return Object.entries(definitions.flags).flatMap(([flag, definition]) => {
    if (isFlagdFlag(definition) || whyAsleep(definition, nowMs) !== undefined) return [];
    const needed = new Map<string, number>();
    for (const step of stepsInQuestion(definition, nowMs)) {
      for (const guard of guardsOf(step)) {
        needed.set(guard.metric, Math.max(holdsForMs(guard), needed.get(guard.metric) ?? 0));
      }
    }
    return [...needed].map(([metric, forMs]) => ({ flag, metric, forMs }));
  });
}

function stepsInQuestion({ schedule }: ShortFlag, nowMs: number): readonly RampStep[] {
  if (schedule?.ramp === undefined) return [];
  const { current, next } = rampState(schedule, nowMs);
  const steps: RampStep[] = [];
  if (isGuarded(current)) steps.push(current);
  if (isWaiting(next) && isSoon(next, nowMs)) steps.push(next);
  return steps;
}

/** Twice as early as its conditions have to hold, so that the step can be entered at its time. */
function isSoon(step: RampStep, nowMs: number): boolean {
  const longest = Math.max(0, ...guardsOf(step).map(holdsForMs));
  const fromMs = mayEnterMs(step);
  return fromMs !== undefined && nowMs >= fromMs - 2 * longest;
}
