import { ModelError } from '../errors.ts';

/** What a metric is. */
export interface MetricDefinition {
  /** Which way is progress. */
  readonly better: 'higher' | 'lower';
  /** What it is in, for people: `%`, `ms`, `R$`. */
  readonly unit?: string | undefined;
  /** The least and the most that it can be, both included. */
  readonly range?: readonly [least: number, most: number] | undefined;
  /** `rate`: a share of samples, from 0 to 1. `mean` (default): an average of something else. */
  readonly kind?: 'rate' | 'mean' | undefined;
  /** What it says, in a sentence. */
  readonly description?: string | undefined;
}

/** The metrics of a model, by their names. */
export type MetricSet = Readonly<Record<string, MetricDefinition>>;

const rate: MetricDefinition = { better: 'higher', range: [0, 1], kind: 'rate' };
const average: MetricDefinition = { better: 'higher', range: [0, 1] };
const loss: MetricDefinition = { better: 'lower', range: [0, Number.MAX_VALUE] };

/** Metrics that mean the same everywhere: they count where a model has no set of its own. */
export const commonMetrics: MetricSet = {
  accuracy: rate,
  precision: rate,
  recall: rate,
  f1: average,
  auc: average,
  r2: { better: 'higher', range: [-Number.MAX_VALUE, 1] },
  loss: { better: 'lower' },
  mae: loss,
  mse: loss,
  rmse: loss,
  mape: loss,
};

/**
 * Writes down the metrics of a model, with their names as a type.
 *
 * @throws {ModelError} `INVALID_INPUT` for a range that is none.
 *
 * @example
 * ```ts
 * import { defineMetrics } from '@x/ml-model-registry';
 *
 * const price = defineMetrics({
 *   rmse: { better: 'lower', unit: 'EUR', range: [0, 1e9] },
 *   within_10_percent: { better: 'higher', kind: 'rate', range: [0, 1] },
 * });
 * console.log(Object.keys(price));
 * ```
 */
export function defineMetrics<const Definitions extends MetricSet>(definitions: Definitions): Definitions {
  for (const [name, { range = [0, 1], kind, better }] of Object.entries<MetricDefinition>(definitions)) {
    const [least, most] = range;
    if (better !== 'higher' && better !== 'lower') throw wrong(`better: higher or lower of metric ${name}`, better);
    if (!(least < most)) throw wrong(`a range from less to more of metric ${name}`, `[${least}, ${most}]`);
    if (kind === 'rate' && (least < 0 || most > 1)) {
      throw wrong(`a range within 0 and 1 of rate ${name}`, `[${least}, ${most}]`);
    }
  }
  return definitions;
}

/** What a metric is: by the model's own set, or else by {@link commonMetrics}; `undefined` when nobody says. */
export function definitionOf(set: MetricSet | undefined, name: string): MetricDefinition | undefined {
  const definitions = set ?? commonMetrics;
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}

/**
 * Looks whether figures are metrics of a set and within their ranges.
 *
 * @throws {ModelError} `INVALID_INPUT`.
 */
export function checkMetrics(set: MetricSet, metrics: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(metrics)) {
    const definition = Object.hasOwn(set, name) ? set[name] : undefined;
    if (definition === undefined) {
      throw wrong('a metric that the model has', JSON.stringify(name), `There are ${Object.keys(set).join(', ')}.`);
    }
    const [least, most] = definition.range ?? [-Infinity, Infinity];
    if (!(value >= least && value <= most)) throw wrong(`${name} from ${least} to ${most}`, String(value));
  }
}

function wrong(expected: string, found: unknown, hint?: string): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${String(found)}`, { hint });
}
