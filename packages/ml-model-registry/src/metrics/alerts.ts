import { compareMetrics, type CompareMetricsOptions } from './compare-metrics.ts';
import type { MeasuredVersion } from './estimate.ts';
import { definitionOf } from './metric-set.ts';
import { metricTrend } from './trend.ts';

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
  const newest = versions.at(-1);
  if (newest === undefined) return [];
  const live = versions.find(({ version }) => version === options.live && version !== newest.version);
  const before = versions.at(-2);
  const alerts = [
    ...worse('WORSE_THAN_LIVE', [live, newest], options),
    // What is live and came before is one comparison.
    ...worse('WORSE_THAN_BEFORE', [before === live ? undefined : before, newest], options),
  ];
  for (const metric of Object.keys(newest.metrics).toSorted()) {
    const best = bestOf(versions.slice(0, -1), metric, options);
    if (best !== undefined && best !== live && best !== before) {
      alerts.push(...worse('WORSE_THAN_BEST', [best, newest], options).filter((alert) => alert.metric === metric));
    }
    const { verdict, chance, points } = metricTrend(versions, metric, options);
    if (verdict !== 'worse') continue;
    const message = `${metric} gets worse over ${points.length} versions; by chance that is seen in ${percent(chance)} of such rows.`;
    alerts.push({ code: 'GETTING_WORSE', metric, version: newest.version, message });
  }
  return alerts;
}

type Pair = readonly [against: MeasuredVersion | undefined, newest: MeasuredVersion];

function worse(code: MetricAlert['code'], [against, newest]: Pair, options: AlertOptions): MetricAlert[] {
  if (against === undefined) return [];
  return compareMetrics(against, newest, options)
    .filter(({ verdict }) => verdict === 'worse')
    .map(({ metric, before, after }) => ({
      code,
      metric,
      version: newest.version,
      against: against.version,
      message: `${metric} is ${shown(after.value)} in ${newest.version}, worse than ${shown(before.value)} in ${against.version}.`,
    }));
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
