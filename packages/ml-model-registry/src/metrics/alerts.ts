import { type CompareMetricsOptions, eachConfidence, judgeMetric, sharedMetrics } from './compare-metrics.ts';
import { checkConfidence } from './confidence.ts';
import { type MeasuredVersion, own } from './estimate.ts';
import { definitionOf } from './metric-set.ts';
import { wayOf } from './trend.ts';

/** A version that got worse, in a metric. */
export interface MetricAlert {
  /** `WORSE_THAN_LIVE`: than what the alias points to; `WORSE_THAN_BEFORE`: than the version before; `WORSE_THAN_BEST`: than the best ever; `GETTING_WORSE`: steadily, over versions. */
  readonly code: 'WORSE_THAN_LIVE' | 'WORSE_THAN_BEFORE' | 'WORSE_THAN_BEST' | 'GETTING_WORSE';
  readonly metric: string;
  /** The newest version. */
  readonly version: string;
  /** What it was compared with. */
  readonly against?: string | undefined;
  /** In a sentence. */
  readonly message: string;
}

/** Options of {@link metricAlerts}. */
export interface AlertOptions extends CompareMetricsOptions {
  /** The version that is in use. */
  readonly live?: string | undefined;
}

/**
 * What the newest version does worse than it should, where chance does not explain it. One alert for each metric and code.
 *
 * @param versions Oldest first.
 * @throws {ModelError} `INVALID_INPUT` for a confidence that is none.
 */
export function metricAlerts(versions: readonly MeasuredVersion[], options: AlertOptions = {}): readonly MetricAlert[] {
  const { confidence = 0.95 } = options;
  checkConfidence(confidence);
  const newest = versions.at(-1);
  if (newest === undefined) return [];
  const live = versions.find(({ version }) => version === options.live && version !== newest.version);
  const before = versions.at(-2);
  return Object.keys(newest.metrics)
    .toSorted()
    .flatMap((metric) => {
      const best = bestOf(versions.slice(0, -1), metric, options);
      return [
        ...worse('WORSE_THAN_LIVE', [live, newest], { ...options, metric }),
        // What is live and came before is one comparison, and so is what was best.
        ...worse('WORSE_THAN_BEFORE', [before === live ? undefined : before, newest], { ...options, metric }),
        ...worse('WORSE_THAN_BEST', [best === live || best === before ? undefined : best, newest], {
          ...options,
          metric,
        }),
        ...gettingWorse(versions, newest.version, { ...options, metric }),
      ];
    });
}

type OneMetric = AlertOptions & { readonly metric: string };
type Pair = readonly [against: MeasuredVersion | undefined, newest: MeasuredVersion];

function worse(code: MetricAlert['code'], [against, newest]: Pair, options: OneMetric): MetricAlert[] {
  const { metric, confidence = 0.95, seed = 1 } = options;
  if (against === undefined || !Object.hasOwn(against.metrics, metric)) return [];
  const each = eachConfidence(confidence, sharedMetrics(against, newest).length);
  const definition = definitionOf(options.metrics, metric);
  if (judgeMetric([against, newest], metric, { definition, confidence: each, seed }).verdict !== 'worse') return [];
  const [old, young] = [against, newest].map(({ metrics }) => shown(metrics[metric] ?? Number.NaN));
  const message = `${metric} is ${young} in ${newest.version}, worse than ${old} in ${against.version}.`;
  return [{ code, metric, version: newest.version, against: against.version, message }];
}

/** How far back a trend is looked for. */
const LAST = 30;

function gettingWorse(versions: readonly MeasuredVersion[], version: string, options: OneMetric): MetricAlert[] {
  const { metric, confidence = 0.95 } = options;
  const values = versions.flatMap(({ metrics }) => own(metrics, metric) ?? []).slice(-LAST);
  const { verdict, chance } = wayOf(values, { definition: definitionOf(options.metrics, metric), confidence });
  if (verdict !== 'worse') return [];
  const message = `${metric} gets worse over ${values.length} versions; by chance that is seen in ${percent(chance)} of such rows.`;
  return [{ code: 'GETTING_WORSE', metric, version, message }];
}

function bestOf(
  versions: readonly MeasuredVersion[],
  metric: string,
  options: AlertOptions,
): MeasuredVersion | undefined {
  const better = definitionOf(options.metrics, metric)?.better;
  const sign = better === 'lower' ? -1 : 1;
  const having = versions.filter(({ metrics }) => Object.hasOwn(metrics, metric));
  if (better === undefined) return undefined;
  return having.toSorted((a, b) => sign * ((b.metrics[metric] ?? 0) - (a.metrics[metric] ?? 0)))[0];
}

/** A figure with four digits that matter. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
