import { systemClock } from '../clock.ts';
import { ModelError } from '../errors.ts';
import { type MetricAlert, metricAlerts } from '../metrics/alerts.ts';
import { compareMetrics, type MetricComparison } from '../metrics/compare-metrics.ts';
import { checkConfidence } from '../metrics/confidence.ts';
import type { CertaintyOptions } from '../metrics/estimate.ts';
import { definitionOf, type MetricDefinition, type MetricSet } from '../metrics/metric-set.ts';
import { type MetricTrend, metricTrend } from '../metrics/trend.ts';
import type { ModelRegistry } from '../registry/contract.ts';
import type { ModelVersion } from '../versions/version.ts';

/** A version, as a report lists it. */
export interface ReportedVersion {
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly addedAt: string;
  readonly addedBy: string;
  readonly change: string;
  readonly description?: string | undefined;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly format: string;
  readonly verdict: string;
  /** That point to it. */
  readonly aliases: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** One metric over versions. */
export interface ReportedMetric {
  readonly metric: string;
  readonly definition?: MetricDefinition | undefined;
  readonly trend: MetricTrend;
}

/** How a model goes: what {@link reportHtml} and `reportPdf` draw, and JSON as it is. */
export interface ModelReport {
  readonly kind: 'holdfast.model-report';
  /** Of this format. */
  readonly formatVersion: 1;
  readonly model: string;
  /** When it was made: ISO 8601, UTC. */
  readonly at: string;
  /** Of intervals and verdicts. */
  readonly confidence: number;
  /** The alias that is in use. */
  readonly alias: string;
  /** Where it points. */
  readonly live?: string | undefined;
  /** Newest first. */
  readonly versions: readonly ReportedVersion[];
  /** Versions there are, those that are not listed included. */
  readonly versionCount: number;
  readonly metrics: readonly ReportedMetric[];
  /** The newest version against what is live, or against the one before when that is live itself. */
  readonly comparison?:
    | { readonly before: string; readonly after: string; readonly metrics: readonly MetricComparison[] }
    | undefined;
  readonly alerts: readonly MetricAlert[];
}

/** Options of {@link modelReport}. */
export interface ModelReportOptions extends CertaintyOptions {
  /** What the metrics are. Default: those that mean the same everywhere. */
  readonly metrics?: MetricSet | undefined;
  /** The alias that is in use. Default `prod`. */
  readonly alias?: string | undefined;
  /** Versions that are reported, the newest. Default 30; at most 200. */
  readonly last?: number | undefined;
  /** Milliseconds since 1970, for the date of the report. Default: the clock of the system. */
  readonly clock?: (() => number) | undefined;
}

/**
 * How a model goes: its versions, each metric with its trend, the newest version against the live one, and what got worse.
 *
 * @throws {ModelError} `MODEL_NOT_FOUND`; `INVALID_INPUT` for options that are none.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { modelReport, type ModelRegistry, reportHtml } from '@x/ml-model-registry';
 *
 * export async function writeReport(registry: ModelRegistry): Promise<void> {
 *   const report = await modelReport(registry, 'price');
 *   for (const { message } of report.alerts) console.error(message);
 *   await writeFile('price.html', reportHtml(report));
 * }
 * ```
 */
export async function modelReport(
  registry: Pick<ModelRegistry, 'list' | 'aliases'>,
  model: string,
  options: ModelReportOptions = {},
): Promise<ModelReport> {
  const { confidence = 0.95, seed = 1, alias = 'prod', last = 30, clock = systemClock } = options;
  checkConfidence(confidence);
  if (!Number.isSafeInteger(last) || last < 1 || last > 200) {
    throw new ModelError('INVALID_INPUT', `Expected 1 to 200 versions, got ${last}`);
  }
  const all = await registry.list(model);
  const aliases = await registry.aliases(model);
  const live = Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
  const given = { confidence, seed, metrics: options.metrics, last, live };
  const listed = all.slice(0, last);
  // What is live counts, however old it is.
  const rows = all.filter((each, at) => at < last || each.version === live).toReversed();
  const names = new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)));
  return {
    kind: 'holdfast.model-report',
    formatVersion: 1,
    model,
    at: new Date(clock()).toISOString(),
    confidence,
    alias,
    ...(live === undefined ? {} : { live }),
    versions: listed.map((version) => reported(version, aliases)),
    versionCount: all.length,
    metrics: [...names].toSorted().map((metric) => {
      const definition = definitionOf(options.metrics, metric);
      const trend = metricTrend(rows, metric, given);
      return { metric, ...(definition === undefined ? {} : { definition }), trend };
    }),
    ...comparisonOf(rows, given),
    alerts: metricAlerts(rows, given),
  };
}

function reported(version: ModelVersion, aliases: Readonly<Record<string, string>>): ReportedVersion {
  const { addedAt, addedBy, change, description, digest, size, inspection, metrics } = version;
  return {
    version: version.version,
    addedAt: new Date(addedAt).toISOString(),
    addedBy,
    change,
    ...(description === undefined ? {} : { description }),
    digest,
    size,
    format: inspection.format,
    verdict: inspection.verdict,
    aliases: Object.keys(aliases).filter((name) => aliases[name] === version.version),
    metrics,
  };
}

interface Given extends CertaintyOptions {
  readonly metrics: MetricSet | undefined;
  readonly live: string | undefined;
}

function comparisonOf(rows: readonly ModelVersion[], given: Given): Pick<ModelReport, 'comparison'> {
  const after = rows.at(-1);
  const before =
    after?.version === given.live ? rows.at(-2) : (rows.find(({ version }) => version === given.live) ?? rows.at(-2));
  if (after === undefined || before === undefined) return {};
  const metrics = compareMetrics(before, after, given);
  return { comparison: { before: before.version, after: after.version, metrics } };
}
