import { type BootstrapOptions, meanInterval } from './bootstrap.ts';
import { type Interval, wilsonInterval } from './interval.ts';
import type { Measurement, Measurements } from './measurement.ts';
import type { MetricDefinition } from './metric-set.ts';

/** How sure the figures are to be. */
export interface CertaintyOptions {
  /** Of intervals and verdicts, above 0.5 and below 1. Default 0.95: of a hundred that say "better" of what is not, about five. */
  readonly confidence?: number | undefined;
  /** Of what is resampled: the same seed gives the same intervals. Default 1. */
  readonly seed?: number | undefined;
}

/** The figures of a version: what `ModelVersion` has. */
export interface MeasuredVersion {
  readonly version: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly measurements?: Measurements | undefined;
}

/** A metric of a version, and how sure it is. */
export interface Estimate {
  readonly version: string;
  readonly value: number;
  readonly samples?: number | undefined;
  /** `undefined`: nobody said how many samples there were, so nobody knows how sure it is. */
  readonly interval?: Interval | undefined;
}

/** Resamples of a bootstrap. */
const RESAMPLES = 2000;

/** Fewer values than this say too little of how much they vary. */
export const FEWEST_VALUES = 10;

/** Options of a bootstrap at a confidence. */
export function bootstrapAt(confidence: number, seed: number): BootstrapOptions {
  // Each tail has to have some resamples of its own.
  return { confidence, seed, resamples: Math.min(20_000, Math.max(RESAMPLES, Math.ceil(20 / (1 - confidence)))) };
}

/** A metric of a version with its interval: Wilson's for rates, bootstrapped for means; `undefined` when the version has no such metric. */
export function estimateOf(
  version: MeasuredVersion,
  name: string,
  options: CertaintyOptions & { readonly definition: MetricDefinition | undefined },
): Estimate | undefined {
  const value = own(version.metrics, name);
  if (value === undefined) return undefined;
  const measurement = own(version.measurements ?? {}, name);
  const samples = samplesOf(measurement);
  const interval = intervalOf({ value, measurement, samples }, options);
  return {
    version: version.version,
    value,
    ...(samples === undefined ? {} : { samples }),
    ...(interval === undefined ? {} : { interval }),
  };
}

interface Known {
  readonly value: number;
  readonly measurement: Measurement | undefined;
  readonly samples: number | undefined;
}

function intervalOf(
  { value, measurement, samples }: Known,
  options: CertaintyOptions & { readonly definition: MetricDefinition | undefined },
): Interval | undefined {
  const { confidence = 0.95, seed = 1, definition } = options;
  if (samples === undefined) return undefined;
  const values = measurement?.values;
  if (isRate(definition, value, values)) return wilsonInterval({ rate: value, samples }, confidence);
  if (values === undefined || values.length < FEWEST_VALUES) return undefined;
  return meanInterval(values, bootstrapAt(confidence, seed));
}

/** Samples of a measurement. */
export function samplesOf(measurement: Measurement | undefined): number | undefined {
  return measurement?.samples ?? measurement?.values?.length;
}

/** Whether a metric is a share of its samples: by its definition, when its value and values can be one. */
export function isRate(
  definition: MetricDefinition | undefined,
  value: number,
  values: readonly number[] | undefined,
): boolean {
  if (definition?.kind !== 'rate' || value < 0 || value > 1) return false;
  return values === undefined || values.every((each) => each === 0 || each === 1);
}

/** A member that is the record's own. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
