import { now } from '../clock.ts';
import { parseDuration } from '../config/duration.ts';
import { usageError } from '../errors.ts';

/** A moment in the future as it is typed: a date, a time, or a duration from now. */
export function timeOf(text: string): Date {
  const ms = parseDuration(text);
  const time =
    ms === undefined ? new Date(/^\d{4}-\d\d-\d\d(T.*)?$/.test(text) ? text : Number.NaN) : new Date(now() + ms);
  if (!Number.isNaN(time.getTime())) return time;
  throw usageError(
    `Expected a time, got ${JSON.stringify(text)}`,
    'Write it as 2027-01-31, 2027-01-31T12:00:00Z, or a duration from now as 90d.',
  );
}
