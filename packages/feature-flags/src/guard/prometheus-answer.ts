import { FlagError, shown } from '../errors.ts';
import { isObject } from '../definition/report.ts';

/** A value and when it was found. */
export interface PrometheusValue {
  readonly value: number;
  readonly atMs: number;
}

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  '+Inf': Infinity,
  Inf: Infinity,
  '-Inf': -Infinity,
};
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The one value of an answer of `/api/v1/query`; `undefined` for no series at all.
 *
 * @throws {FlagError} `METRIC_FAILED` for several series, for what is no single number, and for what is no such answer.
 */
export function prometheusValue(text: string): PrometheusValue | undefined {
  const answer = parsed(text);
  if (!isObject(answer) || answer['status'] !== 'success' || !isObject(answer['data']))
    throw failed(`Expected an answer { status: "success", data }, got ${shownStatus(answer)}`);
  const { resultType, result } = answer['data'];
  if (resultType === 'scalar') return sampleOf(result);
  if (resultType !== 'vector' || !Array.isArray(result))
    throw failed(
      `Expected a vector or a scalar, got ${shown(resultType)}`,
      'Ask for values of now: no range, no text.',
    );
  if (result.length === 0) return undefined;
  if (result.length > 1)
    throw failed(`Expected one series, got ${result.length}`, 'Let the query add them up, as with sum() or max().');
  const [series] = result as readonly unknown[];
  return sampleOf(isObject(series) ? series['value'] : undefined);
}

/** What a server says of an error, as text; `undefined` if it says nothing that can be read. */
export function prometheusError(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return isObject(answer) && typeof answer['error'] === 'string' ? answer['error'] : undefined;
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failed(
      'Expected JSON, got something else',
      'Is this the address of a server that speaks Prometheus’ HTTP API?',
    );
  }
}

function shownStatus(answer: unknown): string {
  return isObject(answer) ? `status ${shown(answer['status'])}` : shown(answer);
}

/** Seconds, and a number as text. */
function sampleOf(sample: unknown): PrometheusValue {
  const [time, text] = Array.isArray(sample) ? (sample as unknown[]) : [];
  const value = typeof text === 'string' ? numberOf(text) : undefined;
  if (typeof time !== 'number' || !Number.isFinite(time) || value === undefined)
    throw failed('Expected a sample [seconds, "number"], got something else', 'Histograms are no single number.');
  return { value, atMs: Math.floor(time * 1000) };
}

function numberOf(text: string): number | undefined {
  if (Object.hasOwn(SPECIAL, text)) return SPECIAL[text];
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** Why there is no value. */
export function failed(message: string, hint?: string): FlagError {
  return new FlagError('METRIC_FAILED', message, { hint });
}
