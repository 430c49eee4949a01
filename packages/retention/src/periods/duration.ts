import { civilDate, DAY, dayNumber, daysInMonth, HOUR } from './civil.ts';
import type { Zone } from './zone.ts';

/** A length of time in the calendar: its months and days are those of the clocks on the wall, its hours are exact. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

/** What a duration looks like: `30d`, `1y6m`, `90 days`. `m` is a month. */
export const DURATION_PATTERN =
  '^\\s*(?:[1-9][0-9]{0,4}\\s*(?:h|d|w|m|q|y|hours?|days?|weeks?|months?|quarters?|years?)\\s*)+$';

const PIECE = /([1-9][0-9]{0,4})\s*([a-z])[a-z]*/g;
const UNITS: Readonly<Record<string, Duration>> = {
  h: { months: 0, days: 0, hours: 1 },
  d: { months: 0, days: 1, hours: 0 },
  w: { months: 0, days: 7, hours: 0 },
  m: { months: 1, days: 0, hours: 0 },
  q: { months: 3, days: 0, hours: 0 },
  y: { months: 12, days: 0, hours: 0 },
};

/** Reads a text that fits {@link DURATION_PATTERN}. */
export function readDuration(text: string): Duration {
  let sum: Duration = { months: 0, days: 0, hours: 0 };
  for (const [, count, letter = ''] of text.matchAll(PIECE)) sum = plus(sum, UNITS[letter] ?? sum, Number(count));
  return sum;
}

/** `duration` and `count` times `other`. */
export function plus(duration: Duration, other: Duration, count = 1): Duration {
  return {
    months: duration.months + other.months * count,
    days: duration.days + other.days * count,
    hours: duration.hours + other.hours * count,
  };
}

/**
 * The instant a duration later: months first (31 January and a month is the last of February), then days at the same time
 * on the clock, then hours. Never earlier for a later start, so that it can be searched by bisection.
 */
export function later(zone: Zone, instant: number, { months, days, hours }: Duration): number {
  if (months === 0 && days === 0) return instant + hours * HOUR;
  const local = instant + zone.offsetAt(instant);
  const day = Math.floor(local / DAY);
  const target = (months === 0 ? day : addMonths(day, months)) + days;
  return zone.toInstant(target * DAY + (local - day * DAY)) + hours * HOUR;
}

function addMonths(from: number, months: number): number {
  const { year, month, day } = civilDate(from);
  const sum = year * 12 + month - 1 + months;
  const targetYear = Math.floor(sum / 12);
  return dayNumber(targetYear, sum - targetYear * 12 + 1, Math.min(day, daysInMonth(sum)));
}
