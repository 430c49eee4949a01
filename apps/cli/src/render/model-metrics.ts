import type { MetricComparison, ModelReport } from '@x/ml-model-registry';
import type { Colors } from '../terminal/output.ts';
import { displayText } from './text.ts';

/** With four digits that matter. */
const figure = (value: number): string => String(Number(value.toPrecision(4)));

function range(interval: readonly [number, number] | undefined): string {
  return interval === undefined ? '' : ` (${figure(interval[0])} to ${figure(interval[1])})`;
}

/** `accuracy  0.81 (0.75 to 0.86) -> 0.84 (0.78 to 0.88)  no evidence: Chance explains the difference.` */
export function comparisonLine(each: MetricComparison, colors: Colors): string {
  const { metric, before, after, verdict, reason } = each;
  const [old, young] = [before, after].map(({ value, interval }) => `${figure(value)}${range(interval)}`);
  const color = { better: colors.green, worse: colors.red, 'no evidence': colors.yellow }[verdict];
  return `  metric ${displayText(metric)}: ${old} -> ${young}  ${color(verdict)}: ${reason}`;
}

/** A report in a few lines. */
export function reportLines(report: ModelReport, colors: Colors): readonly string[] {
  const { model, alias, live, versionCount, metrics, comparison, alerts } = report;
  const lines = [`${model}: ${versionCount} versions, ${alias} is ${live ?? 'none'}`];
  for (const { metric, trend } of metrics) {
    const newest = trend.points.at(-1);
    if (newest === undefined) continue;
    const way = trend.verdict === 'no evidence' ? 'no trend' : `gets ${trend.verdict}`;
    lines.push(
      `  ${displayText(metric)}: ${figure(newest.value)}${range(newest.interval)} in ${newest.version}, ${way}`,
    );
  }
  if (comparison !== undefined) {
    lines.push(`${comparison.after} against ${comparison.before}`);
    lines.push(...comparison.metrics.map((each) => comparisonLine(each, colors)));
  }
  lines.push(...alerts.map(({ code, message }) => `${colors.red('worse')}  ${displayText(message)} (${code})`));
  return lines;
}
