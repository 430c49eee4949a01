import { OperationsError, shown } from '../errors.ts';
import { cronOf } from './cron.ts';

/**
 * When a job runs: a cron expression, times of day, or an interval.
 *
 * - `cron`: five fields, or six with seconds first, or `@daily` and the like.
 * - `at`: times of day, such as `02:30`.
 * - `everyMs`: at each multiple of so many milliseconds since 1970, so all machines mean the same moments; at least 1,000.
 *
 * Without `timeZone` it is UTC: the zone of a machine would be another one on another machine. A time of day that the clocks leave out
 * in spring is run when they have gone on; one that comes twice in autumn is run once.
 */
export type Timing =
  | { readonly cron: string; readonly timeZone?: string | undefined }
  | { readonly at: readonly string[]; readonly timeZone?: string | undefined }
  | { readonly everyMs: number };

/** The shortest interval, in milliseconds. */
const SHORTEST_MS = 1000;
/** The longest interval, in milliseconds: a year. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1000;
const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const HINT =
  'Give { cron: "0 2 * * *" }, { at: ["02:30"] } or { everyMs: 21600000 }, the first two with a "timeZone" if you like.';

/** The cron expressions of a timing; none for an interval. */
export function expressionsOf(timing: Timing): readonly string[] {
  if ('cron' in timing) return [timing.cron];
  if ('at' in timing) return timing.at.map((time) => `${Number(time.slice(3))} ${Number(time.slice(0, 2))} * * *`);
  return [];
}

/**
 * Checks a timing that comes from outside, and returns it.
 *
 * @throws {OperationsError} `INVALID_TIMING`
 *
 * @example
 * ```ts
 * import { checkTiming } from '@x/operations';
 *
 * checkTiming({ at: ['02:30', '14:30'], timeZone: 'Europe/Lisbon' });
 * ```
 */
export function checkTiming(timing: Timing): Timing {
  if (typeof timing !== 'object' || timing === null) throw invalid('a timing', timing);
  const given = ['cron', 'at', 'everyMs'].filter((key) => key in timing);
  if (given.length !== 1) throw invalid('one of "cron", "at" and "everyMs"', given.join(', ') || 'none of them');
  if ('everyMs' in timing) return checkInterval(timing);
  if ('at' in timing) checkTimesOfDay(timing.at);
  else if (typeof timing.cron !== 'string') throw invalid('a cron expression', timing.cron);
  for (const expression of expressionsOf(timing)) {
    const cron = cronOf(expression, timing.timeZone);
    if (cron.nextRun(new Date(0)) === null) throw invalid('a cron expression that comes to pass', expression);
  }
  return timing;
}

function checkInterval(timing: Timing & { readonly everyMs: number }): Timing {
  const { everyMs } = timing;
  if (Number.isSafeInteger(everyMs) && everyMs >= SHORTEST_MS && everyMs <= LONGEST_MS) return timing;
  throw invalid(`"everyMs" to be whole milliseconds from ${SHORTEST_MS} to ${LONGEST_MS}`, everyMs);
}

function checkTimesOfDay(at: unknown): void {
  if (!Array.isArray(at) || at.length === 0) throw invalid('"at" to be a list of times of day', at);
  const wrong: unknown = at.find((time) => typeof time !== 'string' || !TIME_OF_DAY.test(time));
  if (wrong !== undefined) throw invalid('a time of day from 00:00 to 23:59', wrong);
}

function invalid(expected: string, found: unknown): OperationsError {
  return new OperationsError('INVALID_TIMING', `Expected ${expected}, got ${shown(found)}`, { hint: HINT });
}
