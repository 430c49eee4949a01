import { RetentionError, shown } from './errors.ts';

/** A moment: a `Date`, milliseconds since 1970, or ISO 8601 text with a time and an offset (`2026-02-28T23:00:00+01:00`). */
export type TimeInput = Date | number | string;

/** The first and the last millisecond of the years 1 to 9999, which calendars and time zones can be asked about. */
export const EARLIEST = -62_135_596_800_000;
export const LATEST = 253_402_300_799_999;

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/i;

/**
 * Milliseconds since 1970 of a moment; fractions of a millisecond are dropped.
 *
 * @throws RetentionError `INVALID_TIME`
 */
export function readTime(input: unknown, what: string): number {
  if (typeof input === 'number') return checked(input, input, what);
  if (typeof input === 'string') return checked(parseIso(input), input, what);
  if (input instanceof Date) return checked(input.getTime(), input.getTime(), what);
  throw invalid(input, what);
}

function checked(time: number, input: unknown, what: string): number {
  const whole = Math.floor(time);
  if (whole >= EARLIEST && whole <= LATEST) return whole;
  throw invalid(input, what);
}

/** Text without an offset would mean another moment on every machine, so it is none. Nor is 30 February. */
function parseIso(text: string): number {
  if (!ISO.test(text)) return Number.NaN;
  const day = Number(text.slice(8, 10));
  // V8 takes 30 February for 2 March.
  if (day > 28 && new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() !== day) return Number.NaN;
  return Date.parse(
    text
      .replace(' ', 'T')
      .replace(',', '.')
      .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
      .toUpperCase(),
  );
}

function invalid(input: unknown, what: string): RetentionError {
  return new RetentionError(
    'INVALID_TIME',
    `Expected ${what} to be a time in the years 1 to 9999, got ${shown(input)}`,
    {
      hint: 'Give a Date, milliseconds since 1970, or ISO 8601 text with an offset, such as 2026-02-28T23:00:00Z.',
    },
  );
}
