import type { MetricFamily, MetricSample } from './family-list.ts';

/** `prometheus`: the text format 0.0.4. `openmetrics`: OpenMetrics 1.0.0. */
export type TextFormat = 'prometheus' | 'openmetrics';

/** The `Content-Type` of each format. */
export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * Gauges as text that Prometheus reads: `# HELP`, `# TYPE` and a line for each number. See "Exposition formats" of the documentation of Prometheus,
 * and the specification of OpenMetrics 1.0. Families without samples are left out.
 */
export function metricsText(families: readonly MetricFamily[], format: TextFormat = 'prometheus'): string {
  const isOpen = format === 'openmetrics';
  const lines = families.flatMap(({ name, help, unit, samples }) => {
    if (samples.length === 0) return [];
    return [
      `# HELP ${name} ${isOpen ? escaped(help) : escaped(help).replaceAll('\\"', '"')}`,
      `# TYPE ${name} gauge`,
      ...(isOpen && unit !== null ? [`# UNIT ${name} ${unit}`] : []),
      ...samples.map((sample) => `${name}${labelsText(sample)} ${sample.value}`),
    ];
  });
  if (isOpen) lines.push('# EOF');
  return lines.map((line) => `${line}\n`).join('');
}

function labelsText({ labels }: MetricSample): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** What the formats escape. Other characters stand for themselves, but those that are no text at all. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/** The format that an `Accept` header asks for: OpenMetrics when it is named with no lesser weight than others, else the text format. */
export function acceptedFormat(accept: string | undefined): TextFormat {
  let best: { readonly format: TextFormat; readonly weight: number } = { format: 'prometheus', weight: 0 };
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    const weight = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
    const format =
      type === 'application/openmetrics-text' ? 'openmetrics' : type === 'text/plain' ? 'prometheus' : undefined;
    if (format !== undefined && weight > best.weight) best = { format, weight };
  }
  return best.format;
}
