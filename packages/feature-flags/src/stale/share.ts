import { BUCKETS, bucketsOf } from '../bucketing/bucket.ts';
import type { FlagSchedule, RampStep, Rollout, ShortFlag } from '../definition/model.ts';
import { enteredMs, positionAt } from '../definition/ramp.ts';
import type { StaleCause } from './constant.ts';

/** What those get whom nothing stops. */
export interface Share {
  /** Variants of those with a unit. */
  readonly variants: readonly string[];
  readonly cause: StaleCause;
  readonly sinceMs?: number | undefined;
  /** The unit without which there is the default; `undefined` where none is needed. */
  readonly unit?: string | undefined;
}

/** The variants that a readable flag gives to those whom nothing stops, from now on; `undefined` while that is about to change or depends on the unit. */
export function shareOf(flag: ShortFlag, nowMs: number): Share | undefined {
  const { rollout, schedule, variants } = flag;
  const off = variants === undefined ? 'off' : (flag.default as string);
  if (rollout?.ranges !== undefined) return rangesShare(rollout, rollout.ranges, off);
  if (schedule?.ramp !== undefined) return rampShare(schedule, schedule.ramp, nowMs);
  if (rollout?.percentage !== undefined) return percentageShare(rollout.percentage);
  return { variants: [variants === undefined ? 'on' : off], cause: 'static' };
}

function percentageShare(percentage: number): Share | undefined {
  if (percentage !== 0 && percentage !== 100) return undefined;
  return { variants: [percentage === 0 ? 'off' : 'on'], cause: 'rollout' };
}

/**
 * It is at one end if its step in force and all to come are. A step that waits for its guard is to come, whenever its time was; what a guard may still
 * take back is not, as that changes the flag.
 */
function rampShare(schedule: FlagSchedule, ramp: readonly RampStep[], nowMs: number): Share | undefined {
  const steps = [
    { percentage: 0, sinceMs: -Infinity },
    ...ramp.map((step) => ({ percentage: step.percentage, sinceMs: enteredMs(step) })),
  ];
  const present = positionAt(schedule, nowMs) + 1;
  const { percentage } = steps[present] as (typeof steps)[number];
  if (steps.slice(present).some((step) => step.percentage !== percentage)) return undefined;
  const share = percentageShare(percentage);
  if (share === undefined) return undefined;
  const first = steps.slice(0, present).findLastIndex((step) => step.percentage !== percentage) + 1;
  // No step is in force before those below it are.
  const sinceMs = Math.max(...steps.slice(0, first + 1).map((step) => step.sinceMs));
  return { ...share, cause: 'ramp', sinceMs: sinceMs === -Infinity ? undefined : sinceMs };
}

function rangesShare({ unit = 'targetingKey' }: Rollout, ranges: NonNullable<Rollout['ranges']>, off: string): Share {
  const sizes = Object.entries(ranges).map(
    ([variant, [from, to]]) => [variant, (bucketsOf(to) ?? 0) - (bucketsOf(from) ?? 0)] as const,
  );
  const names = new Set(sizes.flatMap(([variant, size]) => (size > 0 ? [variant] : [])));
  if (sizes.reduce((sum, [, size]) => sum + size, 0) < BUCKETS) names.add(off);
  return { variants: [...names], cause: 'rollout', unit };
}
