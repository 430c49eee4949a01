import { meanOf, type Measurement } from '../metrics/measurement.ts';
import { lotteryDefinitions, type LotteryMetricName, type LotteryMetricSet } from './lottery-set.ts';
import { checkedDraws, checkedPredictions, type Draw, gameOf, type LotteryOptions, type Prediction } from './game.ts';
import { frequentBefore } from './frequent.ts';

/** What a model did in draws: to be spread into the options of `ModelRegistry.add`. */
export interface LotteryMetrics {
  readonly metrics: Readonly<Partial<Record<LotteryMetricName, number>>> & Readonly<Record<string, number>>;
  /** What each sample gave, so that versions can be compared pair by pair. */
  readonly measurements: Readonly<Record<string, Measurement>>;
  /** What the metrics are. */
  readonly definitions: LotteryMetricSet;
}

/**
 * Measures predictions by draws. With P the numbers of a prediction, D those of its draw, and F the `frequent` numbers that were drawn most often in the draws
 * before it (of equal ones the lower):
 *
 * - `acertos_k`: the share of predictions with exactly k hits, |P ∩ D| = k
 * - `taxa_acerto_media`: the mean of |P ∩ D| / |D| over predictions
 * - `precisao_numeros_frequentes`: the mean of |P ∩ F ∩ D| / |P ∩ F| over predictions that have frequent numbers; the first draw has none before it
 * - `cobertura_padroes`: the share of predicted draws whose pattern some prediction (of any draw) has; the pattern of numbers is how many of them are even and how many are in
 *   the lower half
 *
 * A metric that no prediction can be measured by is left out. Defaults are those of Lotofácil: 15 of 25.
 *
 * @param predictions Any number for each draw.
 * @param draws Oldest first; those nobody predicted count as draws before others.
 * @throws {ModelError} `INVALID_INPUT` with the place of what is wrong.
 *
 * @example
 * ```ts
 * import { lotteryMetrics } from '@x/ml-model-registry';
 *
 * const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
 * const { metrics } = lotteryMetrics([{ draw: 3001, numbers }], [{ id: 3001, numbers }]);
 * console.log(metrics.acertos_15, metrics.taxa_acerto_media); // 1 1
 * ```
 */
export function lotteryMetrics(
  predictions: readonly Prediction[],
  draws: readonly Draw[],
  options: LotteryOptions = {},
): LotteryMetrics {
  const game = gameOf(options);
  const known = checkedDraws(draws, game);
  const made = checkedPredictions(predictions, known, game);
  const frequent = frequentBefore(draws, game);
  const hits = made.map(({ numbers, draw }) => numbers.filter((number) => draw.numbers.has(number)).length);
  const values = new Map<string, readonly number[]>();
  for (const k of game.hits)
    values.set(
      `acertos_${k}`,
      hits.map((count) => (count === k ? 1 : 0)),
    );
  values.set(
    'taxa_acerto_media',
    hits.map((count) => count / game.drawn),
  );
  const precisions = made.flatMap(({ numbers, draw }) => {
    const chosen = numbers.filter((number) => frequent.get(draw.id)?.has(number) === true);
    return chosen.length === 0 ? [] : [chosen.filter((number) => draw.numbers.has(number)).length / chosen.length];
  });
  values.set('precisao_numeros_frequentes', precisions);
  const patterns = new Set(made.map(({ numbers }) => game.patternOf(numbers)));
  const predicted = [...new Set(made.map(({ draw }) => draw))];
  values.set(
    'cobertura_padroes',
    predicted.map(({ numbers }) => (patterns.has(game.patternOf([...numbers])) ? 1 : 0)),
  );
  return measured(values, { options, made: made.map(({ draw }) => String(draw.id)), game });
}

interface Measuring {
  readonly options: LotteryOptions;
  /** The draws of the predictions, in their order. */
  readonly made: readonly string[];
  readonly game: ReturnType<typeof gameOf>;
}

function measured(all: ReadonlyMap<string, readonly number[]>, { options, made, game }: Measuring): LotteryMetrics {
  const metrics: Record<string, number> = {};
  const measurements: Record<string, Measurement> = {};
  for (const [name, values] of all) {
    if (values.length === 0) continue;
    metrics[name] = meanOf(values);
    // Which predictions have frequent numbers is the model's own choice: its samples are not those of another.
    const arePaired = name !== 'precisao_numeros_frequentes';
    measurements[name] = { values, ...(arePaired ? { on: game.digest(made) } : {}) };
  }
  return { metrics, measurements, definitions: lotteryDefinitions(options) };
}
