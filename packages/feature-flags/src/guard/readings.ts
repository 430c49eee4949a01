/** What a metric was at a moment. */
export interface MetricSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly value: number;
}

/**
 * The same samples, none later than now: a clock that is a little ahead of ours makes no value of before a step one of after it, and one that is
 * far ahead says nothing.
 */
export function upToNow(
  samples: readonly MetricSample[],
  { nowMs, maxAgeMs }: { readonly nowMs: number; readonly maxAgeMs: number },
): readonly MetricSample[] {
  return samples
    .filter(({ atMs }) => atMs <= nowMs + maxAgeMs)
    .map(({ atMs, value }) => ({ atMs: Math.min(atMs, nowMs), value }));
}

/** What is known of a metric. */
export interface MetricHistory {
  /** In any order. For a guard with `for`, as many as reach back so far. */
  readonly samples: readonly MetricSample[];
  /** Why nothing new is known, whatever was known before: then no step is entered and none is left. */
  readonly problem?: string | undefined;
}

/** What is known by the name of a flag and then of a metric, as a metric may be that of the users of one flag. */
export type GuardReadings = Readonly<Record<string, Readonly<Record<string, MetricHistory>>>>;

const UNKNOWN: MetricHistory = { samples: [] };

/** What is known of a metric of a flag. */
export function historyOf(readings: GuardReadings, flag: string, metric: string): MetricHistory {
  const ofFlag = Object.hasOwn(readings, flag) ? readings[flag] : undefined;
  const known = ofFlag !== undefined && Object.hasOwn(ofFlag, metric) ? ofFlag[metric] : undefined;
  return known ?? UNKNOWN;
}
