import { civilDate, DAY, dayNumber, HOUR } from './civil.ts';
import type { Period, Stretch } from './period.ts';
import type { Zone } from './zone.ts';

const digits = (value: number, width: number): string => `${value}`.padStart(width, '0');

/**
 * The name of a stretch: `2026`, `2026-H1`, `2026-Q1`, `2026-01`, `2026-W01` (ISO 8601), `2026-01-31`,
 * `2026-01-31T23:00+01:00`. Stretches of several units have the name of their first.
 */
export function labelOf(zone: Zone, { unit, every }: Period, stretch: Stretch): string {
  // The last instant, as the first may be of the date before where clocks went back over midnight.
  const at = every === 1 && unit !== 'hour' ? stretch.end - 1 : stretch.start;
  const offset = zone.offsetAt(at);
  const day = Math.floor((at + offset) / DAY);
  const { year, month, day: dayOfMonth } = civilDate(day);
  if (unit === 'month') return monthLabel(year, month, every);
  if (unit === 'week') return weekLabel(day);
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(dayOfMonth, 2)}`;
  if (unit === 'day') return date;
  const minutes = Math.floor((at + offset - day * DAY) / 60_000);
  return `${date}T${digits(Math.floor(minutes / 60), 2)}:${digits(minutes % 60, 2)}${offsetLabel(offset)}`;
}

function monthLabel(year: number, month: number, every: number): string {
  const name = digits(year, 4);
  if (every === 12) return name;
  if (every === 6) return `${name}-H${month > 6 ? 2 : 1}`;
  if (every === 3) return `${name}-Q${Math.ceil(month / 3)}`;
  return `${name}-${digits(month, 2)}`;
}

/** ISO 8601: a week is of the year that its Thursday is in, and the first week has the year's first Thursday. */
function weekLabel(day: number): string {
  const thursday = Math.floor((day + 3) / 7) * 7;
  const { year } = civilDate(thursday);
  return `${digits(year, 4)}-W${digits(Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1, 2)}`;
}

function offsetLabel(offset: number): string {
  const distance = Math.abs(offset);
  const minutes = digits(Math.floor((distance % HOUR) / 60_000), 2);
  return `${offset < 0 ? '-' : '+'}${digits(Math.floor(distance / HOUR), 2)}:${minutes}`;
}
