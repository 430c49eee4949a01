import { now } from '../clock.ts';
import { usageError } from '../errors.ts';
import { parseDuration } from './duration.ts';

/** Milliseconds since 1970 of a date or time as it is typed; `undefined` when the text is none. */
function parseMoment(text: string): number | undefined {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Milliseconds since 1970 of a date that somebody typed. @throws {CliError} `USAGE`. */
export function demandMoment(text: string): number {
  const ms = parseMoment(text);
  if (ms !== undefined) return ms;
  throw usageError(`Expected a date, got ${JSON.stringify(text)}`, 'Write it as 2026-11-23 or 2026-11-23T14:00:00Z.');
}

/**
 * A time to come as it is typed: a date, a time, or a duration from now.
 *
 * @throws {CliError} `USAGE`.
 */
export function demandFuture(text: string): Date {
  const ms = parseDuration(text);
  const time = ms === undefined ? parseMoment(text) : now() + ms;
  if (time !== undefined) return new Date(time);
  throw usageError(
    `Expected a time, got ${JSON.stringify(text)}`,
    'Write it as 2027-01-31, 2027-01-31T12:00:00Z, or a duration from now as 90d.',
  );
}
