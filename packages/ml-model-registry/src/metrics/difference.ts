import { differenceOfMeans, meanInterval } from './bootstrap.ts';
import { bootstrapAt, FEWEST_VALUES, isRate } from './estimate.ts';
import { differenceOfPairs, differenceOfShares, exactMcNemar, type Interval } from './interval.ts';
import type { Measurement } from './measurement.ts';
import type { MetricDefinition } from './metric-set.ts';
import type { ComparisonMethod } from './verdict.ts';

/** A figure and how it was measured. */
export interface MeasuredFigure {
  readonly value: number;
  readonly samples?: number | undefined;
  readonly measurement: Measurement | undefined;
}

/** How far two figures are apart. */
export interface Difference {
  readonly difference: number;
  readonly interval?: Interval | undefined;
  readonly method: ComparisonMethod;
  /** Why the interval says nothing. */
  readonly reason?: string | undefined;
}

/** What figures are compared by. */
export interface DifferenceOptions {
  readonly definition: MetricDefinition | undefined;
  readonly confidence: number;
  readonly seed: number;
}

/** How far two figures are apart and how sure that is, by the best of what was measured. */
export function differenceOf(before: MeasuredFigure, after: MeasuredFigure, options: DifferenceOptions): Difference {
  const difference = after.value - before.value;
  const old = before.measurement?.values;
  const young = after.measurement?.values;
  const areRates = [before, after].every(({ value, measurement }) =>
    isRate(options.definition, value, measurement?.values),
  );
  if (old !== undefined && young !== undefined && arePaired(before.measurement, after.measurement)) {
    const found = areRates ? pairedRates(old, young, options) : pairedMeans(old, young, options);
    return { difference, ...found };
  }
  if (areRates && before.samples !== undefined && after.samples !== undefined) {
    const first = { rate: before.value, samples: before.samples };
    const second = { rate: after.value, samples: after.samples };
    return {
      difference,
      method: 'independent rates',
      interval: differenceOfShares(first, second, options.confidence),
    };
  }
  if (old === undefined || young === undefined) return { difference, method: 'figures alone' };
  if (Math.min(old.length, young.length) < FEWEST_VALUES) return { difference, ...tooFew('independent means') };
  const interval = differenceOfMeans(old, young, bootstrapAt(options.confidence, options.seed));
  return { difference, method: 'independent means', interval };
}

type Found = Omit<Difference, 'difference'>;

function arePaired(before: Measurement | undefined, after: Measurement | undefined): boolean {
  return before?.on !== undefined && before.on === after?.on && before.values?.length === after.values?.length;
}

/** The interval and the exact test have to agree: each is too sure of itself somewhere. */
function pairedRates(old: readonly number[], young: readonly number[], options: DifferenceOptions): Found {
  const won = young.filter((value, at) => value > (old[at] ?? 0)).length;
  const lost = old.filter((value, at) => value > (young[at] ?? 0)).length;
  const split = { won, lost, pairs: old.length };
  const interval = differenceOfPairs(split, options.confidence);
  const isChance = exactMcNemar(split) > 1 - options.confidence;
  const method = 'paired rates';
  return isChance ? { method, interval, reason: 'Chance explains the difference.' } : { method, interval };
}

function pairedMeans(old: readonly number[], young: readonly number[], options: DifferenceOptions): Found {
  if (old.length < FEWEST_VALUES) return tooFew('paired means');
  const differences = young.map((value, at) => value - (old[at] ?? 0));
  return {
    method: 'paired means',
    interval: meanInterval(differences, bootstrapAt(options.confidence, options.seed)),
  };
}

function tooFew(method: ComparisonMethod): Found {
  return { method, reason: `Fewer than ${FEWEST_VALUES} values say too little of how much they vary.` };
}
