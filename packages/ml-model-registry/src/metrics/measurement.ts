import { ModelError } from '../errors.ts';

/** How a metric was measured, beside its value: what an interval needs. */
export interface Measurement {
  /** Samples that it comes from. Default: as many as there are `values`. */
  readonly samples?: number | undefined;
  /** What each sample gave, in the order of the samples; 0 or 1 for a rate. Their mean is the metric. */
  readonly values?: readonly number[] | undefined;
  /** Which samples: a digest, or a name that changes when they do. Results of two versions are paired only where it is the same. */
  readonly on?: string | undefined;
}

/** Measurements by the name of their metric. */
export type Measurements = Readonly<Record<string, Measurement>>;

/** Values of all metrics of a version together: they stand in the history, which is read often. */
const MOST_VALUES = 50_000;

/**
 * Looks whether measurements are what the metrics say.
 *
 * @throws {ModelError} `INVALID_INPUT`.
 */
export function checkMeasurements(measurements: Measurements, metrics: Readonly<Record<string, number>>): void {
  let total = 0;
  for (const [name, { samples, values, on }] of Object.entries(measurements)) {
    const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
    if (metric === undefined) throw wrong(`the metric of measurement ${JSON.stringify(name)}`, 'none');
    if (samples !== undefined && !(Number.isSafeInteger(samples) && samples > 0)) {
      throw wrong(`a number of samples of ${name}`, samples);
    }
    if (on !== undefined && (on === '' || on.length > 200)) throw wrong(`1 to 200 characters as "on" of ${name}`, on);
    if (values === undefined) continue;
    total += values.length;
    checkValues(name, { metric, samples, values });
  }
  if (total > MOST_VALUES) {
    throw wrong(`at most ${MOST_VALUES} values of a version`, total, 'Leave values out and give samples instead.');
  }
}

interface Measured {
  readonly metric: number;
  readonly samples: number | undefined;
  readonly values: readonly number[];
}

function checkValues(name: string, { metric, samples, values }: Measured): void {
  if (values.length === 0) throw wrong(`values of ${name}`, 'an empty list');
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw wrong(`numbers as values of ${name}`, bad);
  if (samples !== undefined && samples !== values.length) {
    throw wrong(`as many samples of ${name} as values, ${values.length}`, samples);
  }
  const mean = meanOf(values);
  const isClose = Math.abs(mean - metric) <= 1e-6 * Math.max(1, Math.abs(metric));
  if (!isClose) throw wrong(`${mean}, the mean of its values, as metric ${name}`, metric);
}

/** The mean of numbers; NaN of none. */
export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function wrong(expected: string, found: unknown, hint?: string): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${String(found)}`, { hint });
}
