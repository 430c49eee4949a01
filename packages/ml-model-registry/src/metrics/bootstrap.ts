import { meanOf } from './measurement.ts';
import type { Interval } from './interval.ts';
import { zOf } from './normal.ts';
import { type Draw, seededDraw } from './seeded.ts';

/** How means are resampled. */
export interface BootstrapOptions {
  /** Such as 0.95. */
  readonly confidence: number;
  /** The same seed gives the same interval. */
  readonly seed: number;
  readonly resamples: number;
}

/** With more values than this the mean is normal for all that matters, and resampling says the same more slowly. */
const MANY = 2000;

/** Where the mean of values is: the percentile bootstrap (Efron 1979), widened by √(n / (n - 1)), as it is too narrow for few values. */
export function meanInterval(values: readonly number[], options: BootstrapOptions): Interval {
  const mean = meanOf(values);
  if (values.length > MANY) return around(mean, zOf(options.confidence) * standardError(values));
  const draw = seededDraw(options.seed);
  const means = Float64Array.from({ length: options.resamples }, () => resampledMean(values, draw));
  return widened(percentiles(means, options.confidence), { middle: mean, samples: values.length });
}

/** Where the difference of the means of two independent lists of values is. */
export function differenceOfMeans(
  before: readonly number[],
  after: readonly number[],
  options: BootstrapOptions,
): Interval {
  const middle = meanOf(after) - meanOf(before);
  const samples = Math.min(before.length, after.length);
  if (samples > MANY) {
    return around(middle, zOf(options.confidence) * Math.hypot(standardError(before), standardError(after)));
  }
  const draw = seededDraw(options.seed);
  const one = (): number => resampledMean(after, draw) - resampledMean(before, draw);
  const differences = Float64Array.from({ length: options.resamples }, one);
  return widened(percentiles(differences, options.confidence), { middle, samples });
}

function resampledMean(values: readonly number[], draw: Draw): number {
  const { length } = values;
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += values[draw(length)] ?? 0;
  return sum / length;
}

function percentiles(sample: Float64Array, confidence: number): Interval {
  sample.sort();
  const tail = Math.floor(((1 - confidence) / 2) * sample.length);
  return [sample[tail] ?? Number.NaN, sample[sample.length - 1 - tail] ?? Number.NaN];
}

function widened([low, high]: Interval, of: { readonly middle: number; readonly samples: number }): Interval {
  const factor = Math.sqrt(of.samples / Math.max(1, of.samples - 1));
  return [of.middle - (of.middle - low) * factor, of.middle + (high - of.middle) * factor];
}

function around(middle: number, half: number): Interval {
  return [middle - half, middle + half];
}

function standardError(values: readonly number[]): number {
  const mean = meanOf(values);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
