import type { MetricComparison } from '../metrics/compare-metrics.ts';
import { chartOf } from './chart.ts';
import { escaped } from './escape.ts';
import type { ModelReport, ReportedMetric, ReportedVersion } from './model-report.ts';
import { STYLE } from './style.ts';
import { svgChart } from './svg-chart.ts';
import { definitionText, differenceText, estimateText, sizeText } from './words.ts';

/** Pixels; the page scales it. */
const SIZE = { width: 480, height: 220 };

/**
 * A report as one HTML page with charts: no scripts, nothing from elsewhere, which its own policy forbids; readable on a phone, light or dark. Names in it are escaped.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { type ModelReport, reportHtml } from '@x/ml-model-registry';
 *
 * export const write = (report: ModelReport) => writeFile('report.html', reportHtml(report));
 * ```
 */
export function reportHtml(report: ModelReport): string {
  const { model, at, alias, live, versionCount, confidence } = report;
  const title = `Model ${model}`;
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  const what = `${versionCount} ${versionCount === 1 ? 'version' : 'versions'}; ${alias} is ${live ?? 'none'}. Made ${at}; intervals hold ${figureOf(confidence)} %.`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(title)}</h1><p class="soft">${escaped(what)}</p>`,
    ...alertsOf(report),
    ...comparisonOf(report),
    ...metricsOf(report),
    '<h2>Versions</h2>',
    table(['Version', 'Added', 'Change', 'File', 'Metrics'], report.versions.map(versionRow)),
    '</body></html>',
    '',
  ].join('\n');
}

function figureOf(share: number): string {
  return String(Number((share * 100).toPrecision(6)));
}

function alertsOf({ alerts, versions }: ModelReport): readonly string[] {
  if (versions.length < 2) return [];
  if (alerts.length === 0) return ['<p class="soft">Nothing got worse that chance does not explain.</p>'];
  return [
    '<h2>What got worse</h2>',
    ...alerts.map(
      ({ code, message }) => `<div class="card alert"><p>${escaped(message)}</p><p class="soft">${code}</p></div>`,
    ),
  ];
}

function comparisonOf({ comparison }: ModelReport): readonly string[] {
  if (comparison === undefined || comparison.metrics.length === 0) return [];
  const { before, after, metrics } = comparison;
  return [
    `<h2>${escaped(after)} against ${escaped(before)}</h2>`,
    table(['Metric', before, after, 'Difference', 'Verdict'], metrics.map(comparisonRow)),
  ];
}

function comparisonRow(each: MetricComparison): readonly string[] {
  const style = each.verdict === 'no evidence' ? 'soft' : each.verdict;
  return [
    escaped(each.metric),
    escaped(estimateText(each.before)),
    escaped(estimateText(each.after)),
    escaped(differenceText(each)),
    `<span class="${style}">${each.verdict}</span><br><span class="soft">${escaped(each.reason)}</span>`,
  ];
}

function metricsOf({ metrics, live }: ModelReport): readonly string[] {
  if (metrics.length === 0) return [];
  const cards = metrics.map((each) => card(each, live));
  return ['<h2>Metrics</h2>', `<div class="grid-of-cards">${cards.join('\n')}</div>`];
}

function card({ metric, definition, trend }: ReportedMetric, live: string | undefined): string {
  const newest = trend.points.at(-1);
  const style = trend.verdict === 'no evidence' ? 'soft' : trend.verdict;
  const way = trend.verdict === 'no evidence' ? 'no trend that chance does not explain' : `gets ${trend.verdict}`;
  return [
    `<div class="card"><h3>${escaped(metric)}</h3>`,
    `<p class="soft">${escaped(definitionText(definition))}</p>`,
    newest === undefined ? '' : `<p>${escaped(estimateText(newest, definition?.unit))}</p>`,
    `<p class="${style}">${way}</p>`,
    trend.points.length === 0 ? '' : svgChart(chartOf(trend.points, SIZE), { title: `${metric} over versions`, live }),
    '</div>',
  ].join('');
}

function versionRow(version: ReportedVersion): readonly string[] {
  const { aliases, addedAt, addedBy, change, description, size, format, verdict, metrics } = version;
  const named = aliases.length === 0 ? '' : `<br><strong>${escaped(aliases.join(', '))}</strong>`;
  const figures = Object.entries(metrics).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return [
    `${escaped(version.version)}${named}`,
    `${escaped(addedAt.slice(0, 10))}<br><span class="soft">${escaped(addedBy)}</span>`,
    `${escaped(change)}${description === undefined ? '' : `<br><span class="soft">${escaped(description.slice(0, 300))}</span>`}`,
    `${escaped(`${format}, ${verdict}`)}<br><span class="soft">${sizeText(size)}</span>`,
    figures.map(escaped).join('<br>'),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: 'th' | 'td', texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${text}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => cells('td', row)).join('\n');
  return `<div class="scroll"><table><thead>${cells('th', head.map(escaped))}</thead><tbody>${body}</tbody></table></div>`;
}
