import { endOf, inTimeOrder, startOf } from '../metrics/changes.ts';
import type { Deployment } from '../run/contract.ts';
import { businessHoursTest } from './business-hours.ts';
import type { AdviceContext } from './context.ts';
import { fitLogistic, type LogisticModel, predicted } from './logistic.ts';
import { isFailedRun } from './past-runs.ts';

/** Deploys of a channel that a model needs. */
const MODEL_RUNS = 50;
/** How many of them must have failed, and how many must not. */
const MODEL_EACH = 10;
/** Deploys by a strategy before anything is said of it. */
const OF_STRATEGY = 5;
/** What is older says little, and fitting stays quick. */
const MOST_RUNS = 1000;
const DAY_MS = 86_400_000;

/** What a team's own history says of failing. */
export interface HistoryModel {
  readonly runs: number;
  readonly failed: number;
  /** The probability that the deploy of the context fails by a strategy; nothing for one that is hardly known. */
  chance(strategy: string): number | undefined;
}

/** What is known of a deploy before it begins. */
interface Situation {
  readonly at: number;
  readonly migrations: number;
  readonly strategy: string;
  readonly previous: { readonly at: number; readonly isFailed: boolean };
}

/**
 * Fits a model to the deploys and restarts of the context's channel, when there are at least 50, of which at least 10 failed and as
 * many did not. Features: migrations (logarithm), business hours, days since the one before (logarithm), whether that failed, and the strategy.
 */
export function historyModel(context: AdviceContext): HistoryModel | undefined {
  const isFailed = isFailedRun(context.history);
  const runs = knownRuns(context);
  const labels = runs.map(isFailed);
  const failed = labels.filter(Boolean).length;
  if (runs.length < MODEL_RUNS || Math.min(failed, runs.length - failed) < MODEL_EACH) return undefined;
  const counts = Map.groupBy(runs, ({ strategy }) => strategy);
  const strategies = [...counts.keys()].filter((name) => (counts.get(name)?.length ?? 0) >= OF_STRATEGY).toSorted();
  const features = featuresFor(context, strategies);
  // The first one has none before it: it only tells what came before the second.
  const before = (index: number): Situation['previous'] => ({
    at: startOf(runs[index] as Deployment),
    isFailed: labels[index] === true,
  });
  const rows = runs
    .slice(1)
    .map(({ migrations, strategy }, index) =>
      features({ at: startOf(runs[index + 1] as Deployment), migrations, strategy, previous: before(index) }),
    );
  const model = fitLogistic(rows, labels.slice(1));
  return model === undefined ? undefined : { runs: runs.length, failed, chance };

  function chance(strategy: string): number | undefined {
    if (!strategies.includes(strategy)) return undefined;
    const migrations = context.diff?.migrations ?? 0;
    const row = features({ at: context.now, migrations, strategy, previous: before(runs.length - 1) });
    return predicted(model as LogisticModel, row);
  }
}

/** Deploys and restarts of the channel that have ended before now, oldest first. */
function knownRuns({ history, channel, now }: AdviceContext): readonly Deployment[] {
  return inTimeOrder(history)
    .filter(
      (each) =>
        each.channel === channel &&
        (each.kind === 'deploy' || each.kind === 'restart') &&
        each.outcome !== 'undone' &&
        (endOf(each) ?? Infinity) <= now,
    )
    .slice(-MOST_RUNS);
}

/** The features of a situation as numbers, all finite. */
function featuresFor({ businessHours }: AdviceContext, strategies: readonly string[]): (of: Situation) => number[] {
  const isAtWork = businessHoursTest(businessHours);
  return ({ at, migrations, strategy, previous }) => [
    Math.log1p(finite(migrations)),
    Number(isAtWork(at)),
    Math.log1p(finite((at - previous.at) / DAY_MS)),
    Number(previous.isFailed),
    ...strategies.map((name) => Number(name === strategy)),
  ];
}

/** Not negative, and no larger than anything that happens. */
const finite = (value: number): number => (Number.isNaN(value) ? 0 : Math.min(1e6, Math.max(0, value)));
