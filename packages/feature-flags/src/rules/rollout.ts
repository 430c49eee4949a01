import { BUCKETS, bucketsOf } from '../bucketing/bucket.ts';
import { type Bucketer, bucketerOf } from '../bucketing/bucketing.ts';
import type { FlagSchedule, Json, Rollout, ShortFlag } from '../definition/model.ts';
import { momentOf } from '../definition/moment.ts';
import { openSteps, whyClosed } from '../definition/ramp.ts';
import type { Outcome, Outcomes } from './outcomes.ts';
import type { Step } from './compiled-flag.ts';
import { unitOf } from './unit.ts';

/** From one bucket to another, the end not included. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly outcome: Outcome;
}

/** Who is in, by the bucket of a unit. */
export function rolloutStep(key: string, flag: ShortFlag, outcomes: Outcomes): Step | undefined {
  const { rollout, schedule } = flag;
  if (rollout === undefined && schedule?.ramp === undefined) return undefined;
  const { unit = 'targetingKey', salt = key, ranges, bucketing, hashVersion } = rollout ?? {};
  const buckets = bucketerOf({ bucketing, hashVersion, salt, isRanges: ranges !== undefined });
  if (ranges !== undefined)
    return rangesStep({ unit, ...buckets }, spansOf(ranges, outcomes), outcomes.fallbackVariant('UNIT_MISSING'));
  const share: Share = { threshold: thresholdOf(rollout, schedule), heldBy: heldBy(schedule) };
  return percentageStep({ unit, ...buckets }, share, outcomes);
}

interface Units extends Bucketer {
  readonly unit: string;
}

/** How many buckets are in, always or at a moment, and what keeps more from it. */
interface Share {
  readonly threshold: number | ((nowMs: number) => number);
  /** For explanations: why a step whose time has come is not in force. */
  readonly heldBy: (nowMs: number) => string | undefined;
}

function thresholdOf(rollout: Rollout | undefined, schedule: FlagSchedule | undefined): Share['threshold'] {
  if (schedule?.ramp === undefined) return bucketsOf(rollout?.percentage ?? 0) as number;
  const steps = openSteps(schedule).map(({ at, percentage }) => ({
    at: momentOf(at),
    buckets: bucketsOf(percentage) as number,
  }));
  return (nowMs) => {
    let buckets = 0;
    for (const step of steps) if (nowMs >= step.at) buckets = step.buckets;
    return buckets;
  };
}

/** What the first step says that is not open; those after it can't be in force either. */
function heldBy({ ramp = [] }: FlagSchedule = {}): Share['heldBy'] {
  const closed = ramp.find((step) => whyClosed(step) !== undefined);
  if (closed === undefined) return () => undefined;
  const [at, why] = [momentOf(closed.at), whyClosed(closed)];
  return (nowMs) => (nowMs >= at ? why : undefined);
}

function percentageStep({ unit, bucketOf, includesEnd }: Units, share: Share, outcomes: Outcomes): Step {
  const { threshold } = share;
  const inside = outcomes.of('on', 'SPLIT');
  const outside = outcomes.of('off', 'SPLIT');
  const missing = outcomes.fallbackVariant('UNIT_MISSING');
  return {
    rule: 'rollout',
    decide(context, nowMs) {
      const buckets = typeof threshold === 'number' ? threshold : threshold(nowMs);
      // Nobody and everybody need no unit.
      if (buckets === 0) return outside;
      if (buckets === BUCKETS) return inside;
      const value = unitOf(context, unit);
      if (value === undefined) return missing;
      return bucketOf(value) < (includesEnd ? buckets + 1 : buckets) ? inside : outside;
    },
    facts(context, nowMs): Record<string, Json> {
      const value = unitOf(context, unit);
      const buckets = typeof threshold === 'number' ? threshold : threshold(nowMs);
      // Nobody and everybody have no end.
      const end = includesEnd && buckets > 0 && buckets < BUCKETS ? buckets + 1 : buckets;
      const facts = { unit, value: value ?? null, percentage: buckets / 10_000, threshold: end };
      const held = share.heldBy(nowMs);
      return {
        ...facts,
        bucket: value === undefined ? null : bucketOf(value),
        ...(held === undefined ? {} : { held }),
      };
    },
  };
}

function spansOf(ranges: NonNullable<Rollout['ranges']>, outcomes: Outcomes): readonly Span[] {
  return Object.entries(ranges).map(([variant, [from, to]]) => ({
    from: bucketsOf(from) as number,
    to: bucketsOf(to) as number,
    outcome: outcomes.of(variant, 'SPLIT'),
  }));
}

function rangesStep({ unit, bucketOf }: Units, spans: readonly Span[], missing: Outcome): Step {
  return {
    rule: 'rollout',
    decide(context) {
      const value = unitOf(context, unit);
      if (value === undefined) return missing;
      const bucket = bucketOf(value);
      for (const { from, to, outcome } of spans) if (bucket >= from && bucket < to) return outcome;
      return undefined;
    },
    facts(context): Record<string, Json> {
      const value = unitOf(context, unit);
      const shown = spans.map(({ from, to, outcome }) => `${outcome.evaluation.variant} ${from}-${to}`).join(', ');
      return {
        unit,
        value: value ?? null,
        ranges: shown,
        bucket: value === undefined ? null : bucketOf(value),
      };
    },
  };
}
