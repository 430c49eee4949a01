import { civilDate, DAY, dayNumber, HOUR } from './civil.ts';
import type { Zone } from './zone.ts';

/** Stretches of the calendar that follow one another: every hour, every six hours, every ISO week, every quarter. */
export interface Period {
  readonly unit: 'hour' | 'day' | 'week' | 'month';
  /** How many units each has, counted from the epoch (weeks from a Monday, months from a January). */
  readonly every: number;
}

/** One of them, from its first instant to the first that is not in it any more. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The names of periods in a policy. */
export const PERIODS: Readonly<
  Record<'hourly' | 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'halfYearly' | 'yearly', Period>
> = {
  hourly: { unit: 'hour', every: 1 },
  daily: { unit: 'day', every: 1 },
  weekly: { unit: 'week', every: 1 },
  monthly: { unit: 'month', every: 1 },
  quarterly: { unit: 'month', every: 3 },
  halfYearly: { unit: 'month', every: 6 },
  yearly: { unit: 'month', every: 12 },
};

/** 1969-12-29, the Monday before the epoch, is day -3. */
const MONDAY = 3;

/**
 * The stretch of a period that an instant lies in. A day begins when the clocks first reach its midnight (or jump over it)
 * and lasts until the next begins: 23, 24 or 25 hours, and none on the day that Samoa skipped. Hours that clocks repeat
 * are two hours.
 */
export function stretchAt(zone: Zone, period: Period, instant: number): Stretch {
  if (period.unit === 'hour' && period.every === 1) return hourAt(zone, instant);
  let index = indexOf(period, instant + zone.offsetAt(instant));
  let start = zone.toInstant(startOf(period, index));
  let end = zone.toInstant(startOf(period, index + 1));
  // Where clocks went back over midnight a date comes twice; all that follows its first end is of the next.
  while (instant >= end) {
    index += 1;
    start = end;
    end = zone.toInstant(startOf(period, index + 1));
  }
  return { start, end };
}

function hourAt(zone: Zone, instant: number): Stretch {
  const offset = zone.offsetAt(instant);
  const from = Math.floor((instant + offset) / HOUR) * HOUR - offset;
  const to = from + HOUR;
  return {
    start: zone.offsetAt(from) === offset ? from : zone.changeBetween(from, instant),
    end: zone.offsetAt(to - 1) === offset ? to : zone.changeBetween(instant, to - 1),
  };
}

function indexOf({ unit, every }: Period, local: number): number {
  if (unit === 'hour') return Math.floor(local / HOUR / every);
  const day = Math.floor(local / DAY);
  if (unit === 'day') return Math.floor(day / every);
  if (unit === 'week') return Math.floor((day + MONDAY) / 7 / every);
  const { year, month } = civilDate(day);
  return Math.floor((year * 12 + month - 1) / every);
}

function startOf({ unit, every }: Period, index: number): number {
  const first = index * every;
  if (unit === 'hour') return first * HOUR;
  if (unit === 'day') return first * DAY;
  if (unit === 'week') return (first * 7 - MONDAY) * DAY;
  const year = Math.floor(first / 12);
  return dayNumber(year, first - year * 12 + 1, 1) * DAY;
}
