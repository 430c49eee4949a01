import { ModelError } from '../errors.ts';
import { checkMeasurements } from '../metrics/measurement.ts';
import { checkMetrics, type MetricSet } from '../metrics/metric-set.ts';
import type { AddOptions } from './contract.ts';

/** Longest description, in UTF-16 units. */
const MAX_DESCRIPTION = 100_000;

/**
 * Looks whether what is said of a version can be kept: figures that are numbers and metrics of the model, texts that are not endless.
 *
 * @throws {ModelError} `INVALID_INPUT`.
 */
export function checkFacts(options: AddOptions, set?: MetricSet): void {
  const { metrics = {}, params = {}, description = '', tags = [], code, dataset } = options;
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) throw wrong(`a number as metric ${JSON.stringify(name)}`, String(value));
  }
  if (set !== undefined) checkMetrics(set, metrics);
  checkMeasurements(options.measurements ?? {}, metrics);
  for (const [name, value] of Object.entries(params)) {
    const isKept = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (!isKept) throw wrong(`a text, number, true or false as parameter ${JSON.stringify(name)}`, typeof value);
  }
  if (description.length > MAX_DESCRIPTION) {
    throw wrong(`a description of at most ${MAX_DESCRIPTION} characters`, String(description.length));
  }
  for (const tag of tags)
    if (!/^[^\s,]{1,200}$/.test(tag)) throw wrong('a tag without spaces and commas', JSON.stringify(tag.slice(0, 50)));
  if (code !== undefined && !/^[0-9A-Za-z._/-]{1,100}$/.test(code.commit))
    throw wrong('a commit', JSON.stringify(code.commit.slice(0, 50)));
  if (dataset !== undefined && dataset.name === '') throw wrong('a name of the dataset', 'an empty text');
}

function wrong(expected: string, found: string): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${found}`);
}
