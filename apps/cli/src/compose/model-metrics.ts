import type { MetricSet } from '@x/ml-model-registry';
import type { Settings } from '../config/fields.ts';
import type { Context } from '../program/context.ts';
import { usageError } from '../errors.ts';
import { readInputText } from './files.ts';

/** The metrics of each model that the configuration has. */
export async function metricSets(settings: Settings): Promise<Readonly<Record<string, MetricSet>>> {
  const { defineMetrics, lotteryDefinitions } = await import('@x/ml-model-registry');
  const sets = Object.entries(settings['models.metrics'] ?? {});
  return Object.fromEntries(
    sets.map(([model, set]) => [model, set === 'lottery' ? lotteryDefinitions() : defineMetrics(set)]),
  );
}

/** The metrics of a model; `undefined` when the configuration has none for it. */
export async function metricSetOf(context: Context, model: string): Promise<MetricSet | undefined> {
  const sets = await metricSets((await context.effective()).settings);
  return Object.hasOwn(sets, model) ? sets[model] : undefined;
}

/** What a file says of how a version was measured. */
export interface Measured {
  readonly metrics: Readonly<Record<string, number>>;
  readonly measurements?: Readonly<Record<string, object>> | undefined;
}

/** Reads `{ "metrics": …, "measurements": … }`, as `lotteryMetrics` gives it. @throws {CliError} `UNREADABLE`, `USAGE`. */
export async function readMeasured(path: string): Promise<Measured> {
  const text = await readInputText(path, 'measurements', 'Name a JSON file with "metrics" and "measurements".');
  const value = parsed(text);
  if (isRecord(value) && isRecord(value['metrics'])) {
    const { metrics, measurements } = value;
    const isFit = measurements === undefined || (isRecord(measurements) && Object.values(measurements).every(isRecord));
    // Whether figures are figures, the registry says.
    if (isFit)
      return { metrics: metrics as Measured['metrics'], measurements: measurements as Measured['measurements'] };
  }
  throw usageError(
    `Expected measurements in ${path}, got other JSON or none`,
    'Write {"metrics": {"rmse": 0.2}, "measurements": {"rmse": {"samples": 500}}}.',
  );
}

/** Reads a JSON list of objects; what they have to be, whoever works with them says. @throws {CliError} `UNREADABLE`, `USAGE`. */
export async function readList<T>(path: string, what: string, form: string): Promise<readonly T[]> {
  const value = parsed(await readInputText(path, what, `Name a JSON file: ${form}.`));
  if (Array.isArray(value) && value.every(isRecord)) return value as readonly T[];
  throw usageError(`Expected ${what} in ${path}, got other JSON or none`, `Write ${form}.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Comparisons and reports. */
export async function loadMetrics(): Promise<
  Pick<typeof import('@x/ml-model-registry'), 'compareMetrics' | 'lotteryMetrics' | 'modelReport' | 'reportHtml'>
> {
  return await import('@x/ml-model-registry');
}

/** Reports as PDF: a file of their own, as few need it. */
export async function loadPdf(): Promise<typeof import('@x/ml-model-registry/pdf')> {
  return await import('@x/ml-model-registry/pdf');
}

/** What watches folders. */
export async function loadWatch(): Promise<Pick<typeof import('@x/ml-model-registry/watch'), 'watchModels'>> {
  return await import('@x/ml-model-registry/watch');
}
