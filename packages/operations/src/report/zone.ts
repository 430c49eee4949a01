import { OperationsError, shown } from '../errors.ts';

const DAY_MS = 86_400_000;
/** No zone is farther from UTC than this, in seconds. */
const FARTHEST = 15 * 3600;
const PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** Days and times of one time zone. */
export interface Zone {
  readonly name: string;
  /** The date of a moment: `2026-03-29`. */
  dateOf(ms: number): string;
  /** A moment as people of that zone write it: `2026-03-29 02:10`. */
  timeOf(ms: number): string;
  /** The first moment of a date, in milliseconds since 1970; also where midnight is left out. */
  startOf(date: string): number;
}

/** A time zone by its name, such as `Europe/Lisbon`. @throws {OperationsError} `INVALID_PERIOD` for one that is not known. */
export function zoneOf(name: string): Zone {
  const formats = formatsOf(name);
  const dateOf = (ms: number): string => formats.date.format(ms);
  return {
    name,
    dateOf,
    timeOf: (ms) => `${dateOf(ms)} ${formats.time.format(ms)}`,
    startOf(date) {
      const middle = Date.parse(`${date}T00:00:00Z`) / 1000;
      let [before, after] = [middle - FARTHEST, middle + FARTHEST];
      // Dates only go on with time: the first second that has it is between two that are known.
      while (after - before > 1) {
        const half = Math.floor((before + after) / 2);
        if (dateOf(half * 1000) >= date) after = half;
        else before = half;
      }
      return after * 1000;
    },
  };
}

function formatsOf(name: string): { readonly date: Intl.DateTimeFormat; readonly time: Intl.DateTimeFormat } {
  try {
    const common = { timeZone: name, calendar: 'gregory', numberingSystem: 'latn' } as const;
    return {
      date: new Intl.DateTimeFormat('en-CA', { ...common, year: 'numeric', month: '2-digit', day: '2-digit' }),
      time: new Intl.DateTimeFormat('en-GB', { ...common, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    };
  } catch (cause) {
    throw new OperationsError('INVALID_PERIOD', `Expected a time zone, got ${shown(name)}`, {
      cause,
      hint: 'Write it as Europe/Lisbon, or UTC.',
    });
  }
}

/** A date so many days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Checks a date: `2026-03-29`. @throws {OperationsError} `INVALID_PERIOD` */
export function checkDate(date: string): string {
  if (PATTERN.test(date)) {
    const parsed = new Date(`${date}T00:00:00Z`);
    if (!Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date)) return date;
  }
  throw new OperationsError('INVALID_PERIOD', `Expected a date, got ${shown(date)}`, {
    hint: 'Write it as 2026-03-29.',
  });
}
