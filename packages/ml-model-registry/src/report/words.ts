import type { Estimate } from '../metrics/estimate.ts';
import type { MetricDefinition } from '../metrics/metric-set.ts';
import { figure } from './chart.ts';

/** `0.84 (0.78 to 0.88), of 200` */
export function estimateText({ value, interval, samples }: Estimate, unit = ''): string {
  const ends = interval === undefined ? '' : ` (${figure(interval[0])} to ${figure(interval[1])})`;
  return `${figure(value)}${unit === '' ? '' : ` ${unit}`}${ends}${samples === undefined ? '' : `, of ${samples}`}`;
}

/** `+0.03 (-0.02 to 0.08)` */
export function differenceText(found: {
  readonly difference: number;
  readonly interval?: readonly [number, number] | undefined;
}): string {
  const { difference, interval } = found;
  const ends = interval === undefined ? '' : ` (${figure(interval[0])} to ${figure(interval[1])})`;
  return `${difference > 0 ? '+' : ''}${figure(difference)}${ends}`;
}

/** `higher is better, %` */
export function definitionText(definition: MetricDefinition | undefined): string {
  if (definition === undefined) return 'nobody has said whether higher is better';
  const { better, unit, description } = definition;
  return [`${better} is better`, unit, description].filter((part) => part !== undefined).join(', ');
}

/** Bytes for people. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${at === 0 ? bytes : (bytes / 1024 ** at).toFixed(1)} ${units[at]}`;
}
