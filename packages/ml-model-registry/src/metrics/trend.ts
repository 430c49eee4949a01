import { checkConfidence } from './confidence.ts';
import { type CertaintyOptions, type Estimate, estimateOf, type MeasuredVersion } from './estimate.ts';
import { definitionOf, type MetricDefinition, type MetricSet } from './metric-set.ts';
import type { MetricVerdict } from './verdict.ts';

/** How a metric went over versions. */
export interface MetricTrend {
  readonly metric: string;
  /** Oldest first. */
  readonly points: readonly Estimate[];
  /** Middle change from version to version (Theil 1950, Sen 1968); 0 for fewer than two. */
  readonly slope: number;
  /** How likely so steady a way is by chance: the exact test of Mann and Kendall, two-sided. */
  readonly chance: number;
  readonly verdict: MetricVerdict;
}

/** Options of {@link metricTrend}. */
export interface TrendOptions extends CertaintyOptions {
  readonly metrics?: MetricSet | undefined;
  /** Versions that count, the newest. Default 30; at most 200. */
  readonly last?: number | undefined;
}

/**
 * Whether a metric rises or falls over versions steadily enough not to be chance. Five versions are the fewest that can show it at 95 %.
 *
 * @param versions Oldest first. Those without the metric are left out.
 * @throws {ModelError} `INVALID_INPUT` for a confidence that is none.
 */
export function metricTrend(
  versions: readonly MeasuredVersion[],
  metric: string,
  options: TrendOptions = {},
): MetricTrend {
  const { confidence = 0.95, last = 30 } = options;
  checkConfidence(confidence);
  const definition = definitionOf(options.metrics, metric);
  const points = versions
    .filter(({ metrics }) => Object.hasOwn(metrics, metric))
    .slice(-Math.min(200, last))
    .flatMap((version) => estimateOf(version, metric, { ...options, definition }) ?? []);
  const way = wayOf(
    points.map(({ value }) => value),
    { definition, confidence },
  );
  return { metric, points, ...way };
}

/** Where figures go, oldest first. */
export function wayOf(
  values: readonly number[],
  options: { readonly definition: MetricDefinition | undefined; readonly confidence: number },
): Pick<MetricTrend, 'slope' | 'chance' | 'verdict'> {
  const { definition, confidence } = options;
  const score = ordered(values);
  const chance = kendallChance(values.length, Math.abs(score));
  const isSteady = score !== 0 && chance <= 1 - confidence && definition !== undefined;
  const isBetter = score > 0 === (definition?.better === 'higher');
  const verdict = isSteady ? (isBetter ? 'better' : 'worse') : 'no evidence';
  return { slope: middleSlope(values), chance, verdict };
}

/** Pairs that rise, less those that fall. */
function ordered(values: readonly number[]): number {
  let score = 0;
  for (const [at, value] of values.entries()) {
    for (const later of values.slice(at + 1)) score += Math.sign(later - value);
  }
  return score;
}

/**
 * How likely a score at least this far from 0 is when all orders are as likely. Counts inversions of orders of 1, 2, … n figures; figures that are the
 * same make the truth smaller, never larger.
 */
function kendallChance(n: number, score: number): number {
  if (n < 2) return 1;
  const pairs = (n * (n - 1)) / 2;
  let likely = [1];
  for (let size = 2; size <= n; size += 1) {
    const next = Array.from<number>({ length: likely.length + size - 1 }).fill(0);
    for (const [inversions, chance] of likely.entries()) {
      for (let more = 0; more < size; more += 1)
        next[inversions + more] = (next[inversions + more] ?? 0) + chance / size;
    }
    likely = next;
  }
  return Math.min(
    1,
    likely.reduce((sum, chance, at) => (Math.abs(pairs - 2 * at) >= score ? sum + chance : sum), 0),
  );
}

function middleSlope(values: readonly number[]): number {
  const slopes = values.flatMap((value, at) =>
    values.slice(at + 1).map((later, distance) => (later - value) / (distance + 1)),
  );
  if (slopes.length === 0) return 0;
  const sorted = slopes.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2;
}
