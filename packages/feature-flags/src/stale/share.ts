import { BUCKETS, bucketsOf } from '../bucketing/bucket.ts';
import type { Rollout, ShortFlag } from '../definition/model.ts';
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
  if (schedule?.ramp !== undefined) return rampShare(schedule.ramp, nowMs);
  if (rollout?.percentage !== undefined) return percentageShare(rollout.percentage);
  return { variants: [variants === undefined ? 'on' : off], cause: 'static' };
}

function percentageShare(percentage: number): Share | undefined {
  if (percentage !== 0 && percentage !== 100) return undefined;
  return { variants: [percentage === 0 ? 'off' : 'on'], cause: 'rollout' };
}

/** It is at one end if its present step and all to come are. */
function rampShare(
  ramp: readonly { readonly at: string; readonly percentage: number }[],
  nowMs: number,
): Share | undefined {
  const steps = [
    { atMs: -Infinity, percentage: 0 },
    ...ramp.map(({ at, percentage }) => ({ atMs: Date.parse(at), percentage })),
  ];
  const present = steps.findLastIndex(({ atMs }) => atMs <= nowMs);
  const { percentage } = steps[present] as (typeof steps)[number];
  const share = steps.slice(present).every((step) => step.percentage === percentage)
    ? percentageShare(percentage)
    : undefined;
  if (share === undefined) return undefined;
  const before = steps.slice(0, present).findLastIndex((step) => step.percentage !== percentage);
  const sinceMs = steps[before + 1]?.atMs;
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
