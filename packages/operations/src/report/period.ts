import { OperationsError } from '../errors.ts';
import { dayText, dayTextWithYear, MONTHS } from './dates.ts';
import { addDays, checkDate, type Zone, zoneOf } from './zone.ts';

/** What a report is about. */
export type PeriodKind = 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'custom';

/** A day of a period: 23 or 25 hours long when clocks are changed. */
export interface PeriodDay {
  /** `2026-03-29` */
  readonly date: string;
  /** Milliseconds since 1970, inclusive. */
  readonly fromMs: number;
  /** Milliseconds since 1970, exclusive. */
  readonly toMs: number;
}

/** A time from the beginning of one day to the end of another, in one time zone. */
export interface ReportPeriod {
  readonly kind: PeriodKind;
  /** As files are called: `daily-2026-03-29`, `weekly-2026-W13`, `monthly-2026-03`, `quarterly-2026-Q1`, `custom-2026-03-01--2026-03-10`. */
  readonly name: string;
  /** As people call it: `29 March 2026`, `Week 13 of 2026`, `March 2026`, `January to March 2026`. */
  readonly label: string;
  readonly timeZone: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly days: readonly PeriodDay[];
}

/** The longest period, in days. */
const LONGEST = 1100;

/**
 * The period of a kind that has a date.
 *
 * @throws {OperationsError} `INVALID_PERIOD` for a date or a time zone that is none.
 *
 * @example
 * ```ts
 * import { reportPeriod } from '@x/operations/report';
 *
 * const { name, days } = reportPeriod({ kind: 'monthly', date: '2026-03-29', timeZone: 'Europe/Lisbon' });
 * console.log(name, days.length); // monthly-2026-03 31
 * ```
 */
export function reportPeriod(wanted: {
  readonly kind: Exclude<PeriodKind, 'custom'>;
  readonly date: string;
  readonly timeZone?: string | undefined;
}): ReportPeriod {
  const zone = zoneOf(wanted.timeZone ?? 'UTC');
  return periodOf(zone, boundsOf(wanted.kind, checkDate(wanted.date)));
}

/** A period from one date to another, both included. @throws {OperationsError} `INVALID_PERIOD` */
export function customPeriod(wanted: {
  readonly from: string;
  readonly to: string;
  readonly timeZone?: string | undefined;
}): ReportPeriod {
  const [first, last] = [checkDate(wanted.from), checkDate(wanted.to)];
  const days = (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1;
  if (days < 1 || days > LONGEST) {
    throw new OperationsError('INVALID_PERIOD', `Expected from 1 to ${LONGEST} days, got ${days}`, {
      hint: 'Name the first day first.',
    });
  }
  const label = first === last ? dayTextWithYear(first) : `${dayTextWithYear(first)} to ${dayTextWithYear(last)}`;
  return periodOf(zoneOf(wanted.timeZone ?? 'UTC'), {
    kind: 'custom',
    name: `custom-${first}--${last}`,
    label,
    first,
    last,
  });
}

/** The last period of a kind that is over. @throws {OperationsError} `INVALID_PERIOD` */
export function lastPeriod(wanted: {
  readonly kind: Exclude<PeriodKind, 'custom'>;
  readonly nowMs: number;
  readonly timeZone?: string | undefined;
}): ReportPeriod {
  const { kind, nowMs, timeZone = 'UTC' } = wanted;
  const { first } = boundsOf(kind, zoneOf(timeZone).dateOf(nowMs));
  return reportPeriod({ kind, date: addDays(first, -1), timeZone });
}

interface Bounds extends Pick<ReportPeriod, 'kind' | 'name' | 'label'> {
  /** First and last date, both included. */
  readonly first: string;
  readonly last: string;
}

function boundsOf(kind: Exclude<PeriodKind, 'custom'>, date: string): Bounds {
  const [year = '', month = ''] = date.split('-');
  if (kind === 'daily') return { kind, name: `daily-${date}`, label: dayTextWithYear(date), first: date, last: date };
  if (kind === 'weekly') {
    // Monday is the first day, and a week belongs to the year that has its Thursday.
    const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
    const first = addDays(date, -weekday);
    const thursday = addDays(first, 3);
    const weekYear = thursday.slice(0, 4);
    const week = Math.floor((Date.parse(thursday) - Date.parse(`${weekYear}-01-01`)) / (7 * 86_400_000)) + 1;
    const last = addDays(first, 6);
    const label = `Week ${week} of ${weekYear}, ${dayText(first)} to ${dayText(last)}`;
    return { kind, name: `weekly-${weekYear}-W${String(week).padStart(2, '0')}`, label, first, last };
  }
  const at = Number(month) - 1;
  const from = kind === 'monthly' ? at : at - (at % 3);
  const months = kind === 'monthly' ? 1 : 3;
  const first = `${year}-${String(from + 1).padStart(2, '0')}-01`;
  const last = new Date(Date.UTC(Number(year), from + months, 0)).toISOString().slice(0, 10);
  if (kind === 'monthly')
    return { kind, name: `monthly-${year}-${month}`, label: `${MONTHS[at] ?? ''} ${year}`, first, last };
  const label = `${MONTHS[from] ?? ''} to ${MONTHS[from + 2] ?? ''} ${year}`;
  return { kind, name: `quarterly-${year}-Q${from / 3 + 1}`, label, first, last };
}

function periodOf(zone: Zone, { kind, name, label, first, last }: Bounds): ReportPeriod {
  const days: PeriodDay[] = [];
  let fromMs = zone.startOf(first);
  for (let date = first; date <= last; date = addDays(date, 1)) {
    const toMs = zone.startOf(addDays(date, 1));
    days.push({ date, fromMs, toMs });
    fromMs = toMs;
  }
  return { kind, name, label, timeZone: zone.name, fromMs: days[0]?.fromMs ?? fromMs, toMs: fromMs, days };
}
