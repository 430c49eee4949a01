import { shown, VersioningError } from '../../errors.ts';
import type { BusinessHours } from './context.ts';

const DAYS: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };
const WORKDAYS = [1, 2, 3, 4, 5];

/**
 * Tells of moments, in milliseconds since 1970, whether they are within business hours. Hours that end before they begin go past midnight and belong
 * to the day on which they began.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a time zone that is none.
 */
export function businessHoursTest({
  timeZone,
  days = WORKDAYS,
  from = 9,
  to = 17,
}: BusinessHours): (at: number) => boolean {
  const clock = localClock(timeZone);
  const before = (day: number): number => (day === 1 ? 7 : day - 1);
  return (at) => {
    const { day, hour } = clock(at);
    if (from <= to) return days.includes(day) && hour >= from && hour < to;
    return (hour >= from && days.includes(day)) || (hour < to && days.includes(before(day)));
  };
}

/** Day of the week and hour, with its fraction, where people are. */
function localClock(timeZone: string): (at: number) => { readonly day: number; readonly hour: number } {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch (cause) {
    throw new VersioningError('INVALID_OPTION', `Expected a time zone as Europe/Lisbon, got ${shown(timeZone)}`, {
      cause,
      hint: 'Names are those of the IANA time zone database; UTC is one, too.',
    });
  }
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return {
      day: DAYS[parts.get('weekday') ?? ''] ?? 0,
      hour: Number(parts.get('hour')) + Number(parts.get('minute')) / 60,
    };
  };
}
