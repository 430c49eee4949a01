import { type CertaintyOptions, type Estimate, estimateOf, type MeasuredVersion, own, samplesOf } from './estimate.ts';
import { checkConfidence } from './confidence.ts';
import { differenceOf, type Difference, type DifferenceOptions, type MeasuredFigure } from './difference.ts';
import type { Interval } from './interval.ts';
import { definitionOf, type MetricSet } from './metric-set.ts';
import type { ComparisonMethod, MetricVerdict } from './verdict.ts';

/** One metric of two versions. */
export interface MetricComparison {
  readonly metric: string;
  readonly before: Estimate;
  readonly after: Estimate;
  /** `after` less `before`. */
  readonly difference: number;
  /** Where the difference is; wider than asked for when several metrics are compared at once. */
  readonly interval?: Interval | undefined;
  readonly method: ComparisonMethod;
  readonly verdict: MetricVerdict;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** Options of {@link compareMetrics}. */
export interface CompareMetricsOptions extends CertaintyOptions {
  /** What the metrics are. Default: those that mean the same everywhere. */
  readonly metrics?: MetricSet | undefined;
}

/**
 * Compares the metrics that two versions share, and says "better" or "worse" only where chance does not explain it: with results of the same samples
 * pair by pair, with numbers of samples as independent shares, with neither not at all. The more metrics, the more has to be seen of each
 * (Bonferroni), so that one of many does not win by luck.
 *
 * @throws {ModelError} `INVALID_INPUT` for a confidence that is none.
 *
 * @example
 * ```ts
 * import { compareMetrics } from '@x/ml-model-registry';
 *
 * const version = (name: string, accuracy: number) => ({
 *   version: name,
 *   metrics: { accuracy },
 *   measurements: { accuracy: { samples: 200 } },
 * });
 * const [result] = compareMetrics(version('1.0.0', 0.81), version('1.1.0', 0.84));
 * console.log(result?.verdict); // no evidence: of 200 samples, 3 % more is what chance does
 * ```
 */
export function compareMetrics(
  before: MeasuredVersion,
  after: MeasuredVersion,
  options: CompareMetricsOptions = {},
): readonly MetricComparison[] {
  const { confidence = 0.95, seed = 1 } = options;
  checkConfidence(confidence);
  const names = sharedMetrics(before, after);
  const each = eachConfidence(confidence, names.length);
  return names.flatMap((metric) => {
    const definition = definitionOf(options.metrics, metric);
    const [old, young] = [before, after].map((version) =>
      estimateOf(version, metric, { confidence, seed, definition }),
    );
    if (old === undefined || young === undefined) return [];
    const judgement = judgeMetric([before, after], metric, { definition, confidence: each, seed });
    return [{ metric, before: old, after: young, ...judgement }];
  });
}

/** Metrics that both versions have, by name. */
export function sharedMetrics(before: MeasuredVersion, after: MeasuredVersion): readonly string[] {
  return Object.keys(after.metrics)
    .filter((name) => Object.hasOwn(before.metrics, name))
    .toSorted();
}

/** The confidence of each of several comparisons, so that all together have the one that was asked for. */
export function eachConfidence(confidence: number, comparisons: number): number {
  return 1 - (1 - confidence) / Math.max(1, comparisons);
}

/** Says of one metric which version is better, without the intervals of either. */
export function judgeMetric(
  [before, after]: readonly [MeasuredVersion, MeasuredVersion],
  metric: string,
  options: DifferenceOptions,
): Judgement {
  return judged(differenceOf(figureOf(before, metric), figureOf(after, metric), options), options.definition?.better);
}

function figureOf({ metrics, measurements = {} }: MeasuredVersion, metric: string): MeasuredFigure {
  const measurement = own(measurements, metric);
  return { value: own(metrics, metric) ?? Number.NaN, samples: samplesOf(measurement), measurement };
}

/** What is said of two figures. */
export type Judgement = Pick<MetricComparison, 'difference' | 'interval' | 'method' | 'verdict' | 'reason'>;

function judged(found: Difference, better: 'higher' | 'lower' | undefined): Judgement {
  const { difference, interval, method, reason } = found;
  const shown = { difference, method, ...(interval === undefined ? {} : { interval }) };
  if (interval === undefined || reason !== undefined) {
    return { ...shown, verdict: 'no evidence', reason: reason ?? 'It is not known how many samples there were.' };
  }
  const [low, high] = interval;
  if (low <= 0 && high >= 0) return { ...shown, verdict: 'no evidence', reason: 'Chance explains the difference.' };
  if (better === undefined) {
    return { ...shown, verdict: 'no evidence', reason: 'It differs, and nobody has said whether higher is better.' };
  }
  const isBetter = better === 'higher' ? low > 0 : high < 0;
  return { ...shown, verdict: isBetter ? 'better' : 'worse', reason: 'Chance does not explain the difference.' };
}
