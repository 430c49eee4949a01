import type { Bucketing } from '../bucketing/bucketing.ts';
import type { ShortFlag } from './model.ts';

/** A flag whose rollout says itself whose buckets it uses; also that of a ramp, which needs no rollout. */
export function withBucketing(flag: ShortFlag, bucketing: Bucketing | undefined): ShortFlag {
  const isGradual = flag.rollout !== undefined || flag.schedule?.ramp !== undefined;
  if (bucketing === undefined || !isGradual) return flag;
  return { ...flag, rollout: { ...flag.rollout, bucketing: flag.rollout?.bucketing ?? bucketing } };
}
