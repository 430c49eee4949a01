import { defineMetrics, type MetricDefinition } from '../metrics/metric-set.ts';
import { gameOf, type LotteryOptions } from './game.ts';

/** Names of the metrics of a model for Lotofácil. */
export type LotteryMetricName =
  | 'acertos_15'
  | 'acertos_14'
  | 'acertos_13'
  | 'acertos_12'
  | 'acertos_11'
  | 'taxa_acerto_media'
  | 'precisao_numeros_frequentes'
  | 'cobertura_padroes';

/** Metrics of a lottery's models. Those of other games have other numbers of hits in their names. */
export type LotteryMetricSet = Readonly<Record<string, MetricDefinition>>;

const share = { better: 'higher', range: [0, 1] } as const;

/** What the metrics of a game are: the preset for `ModelRegistryOptions.metrics`. @throws {ModelError} `INVALID_INPUT`. */
export function lotteryDefinitions(options: LotteryOptions = {}): LotteryMetricSet {
  const hits = gameOf(options).hits.map((count): readonly [string, MetricDefinition] => [
    `acertos_${count}`,
    { ...share, kind: 'rate', description: `Predictions with exactly ${count} hits.` },
  ]);
  return defineMetrics({
    ...Object.fromEntries(hits),
    taxa_acerto_media: { ...share, kind: 'mean', description: 'Numbers drawn that were predicted, on average.' },
    precisao_numeros_frequentes: {
      ...share,
      kind: 'mean',
      description: 'Predicted numbers that were frequent before and were drawn, on average.',
    },
    cobertura_padroes: { ...share, kind: 'rate', description: 'Draws whose pattern some prediction has.' },
  });
}
