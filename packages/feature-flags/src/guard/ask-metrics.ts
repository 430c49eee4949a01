import { FlagError, shown } from '../errors.ts';
import type { NeededMetric } from './needed-metrics.ts';
import type { MetricSample } from './readings.ts';

/** What a source of metrics may answer: a value of now, one of another time, or several; `undefined` where there is none. */
export type MetricReading =
  | number
  | { readonly value: number; readonly atMs?: number | undefined }
  | readonly MetricSample[]
  | undefined;

/** Says what a metric is, by its name in the guard and for a flag; it should heed the signal, and is given up after some time if it doesn't. */
export type MetricSource = (
  metric: string,
  about: { readonly flag: string; readonly signal: AbortSignal },
) => Promise<MetricReading> | MetricReading;

/** What came of asking for a metric. */
export interface MetricAnswer {
  readonly needed: NeededMetric;
  readonly samples: readonly MetricSample[];
  readonly problem: string | undefined;
}

/** How metrics are asked for. */
export interface AskOptions {
  readonly source: MetricSource;
  /** The time of values that come without one: that before they were asked for. */
  readonly askedMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Asked for at the same time. */
const AT_ONCE = 8;

/** Asks for each metric once. Never rejects: what goes wrong is in the answer. */
export async function askMetrics(needed: readonly NeededMetric[], options: AskOptions): Promise<MetricAnswer[]> {
  const answers: MetricAnswer[] = [];
  const waiting = [...needed.entries()].values();
  const work = async (): Promise<void> => {
    for (const [index, each] of waiting) answers[index] = await askOne(each, options);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

async function askOne(needed: NeededMetric, options: AskOptions): Promise<MetricAnswer> {
  try {
    return { needed, samples: samplesOf(await inTime(needed, options), options.askedMs), problem: undefined };
  } catch (error) {
    return { needed, samples: [], problem: messageOf(error) };
  }
}

/** The answer of a source, unless it takes too long or nobody waits for it any more. */
async function inTime({ flag, metric }: NeededMetric, { source, timeoutMs, signal }: AskOptions): Promise<unknown> {
  const giveUp = new AbortController();
  const late = Promise.withResolvers<never>();
  const end = (why: string): void => {
    const error = new FlagError('METRIC_FAILED', why);
    late.reject(error);
    giveUp.abort(error);
  };
  const stop = (): void => end('Expected an answer, got the end of the guard');
  const timer = setTimeout(() => end(`Expected an answer within ${timeoutMs} ms, got none`), timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    const asking = async (): Promise<unknown> => source(metric, { flag, signal: giveUp.signal });
    return await Promise.race([late.promise, signal.aborted ? late.promise : asking()]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function samplesOf(reading: unknown, askedMs: number): readonly MetricSample[] {
  if (reading === undefined) throw unreadable('a value', reading);
  const list: readonly unknown[] = Array.isArray(reading) ? reading : [reading];
  return list.map((each) => {
    if (typeof each === 'number') return { atMs: askedMs, value: each };
    const { value, atMs = askedMs } = (each ?? {}) as { readonly value?: unknown; readonly atMs?: unknown };
    if (typeof value !== 'number') throw unreadable('a number, or { value, atMs }', each);
    if (typeof atMs !== 'number' || !Number.isFinite(atMs)) throw unreadable('milliseconds since 1970 as "atMs"', atMs);
    return { atMs, value };
  });
}

function unreadable(expected: string, found: unknown): FlagError {
  return new FlagError('METRIC_FAILED', `Expected ${expected}, got ${shown(found)}`, {
    hint: 'Let the source of metrics answer with a number, { value, atMs } or a list of these.',
  });
}

const LONGEST = 300;

/** What went wrong, short and on one line: it stands in decisions and in logs. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : `the source of metrics failed with ${shown(error)}`;
  return text.replaceAll(/\s+/g, ' ').slice(0, LONGEST);
}
