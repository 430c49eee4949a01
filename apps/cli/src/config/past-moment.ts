import { now } from '../clock.ts';
import { usageError } from '../errors.ts';

const DAY = String.raw`(?<day>\d{4}-\d{2}-\d{2}|yesterday|today)`;
const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?`;
const ZONE = String.raw` ?(?<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)`;
const MOMENT = new RegExp(`^(?:${DAY}(?:[T ]${TIME}(?:${ZONE})?)?)$`, 'i');
const CLOCK = new RegExp(`^${TIME}$`);
const AGO = /^(?<count>\d{1,6}) ?(?<unit>[a-z]+) ago$/i;

/** Milliseconds of units that are always as long. */
const STEADY: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000 };
/** Days and months of units that follow the calendar: at the same time of day. */
const CALENDAR: Readonly<Record<string, { readonly days?: number; readonly months?: number }>> = {
  day: { days: 1 },
  week: { days: 7 },
  month: { months: 1 },
  year: { months: 12 },
};
const SHORT: Readonly<Record<string, string>> = { s: 'second', min: 'minute', h: 'hour', d: 'day', w: 'week' };

const EXAMPLES =
  'Write it as 2026-11-26T14:00:00Z, "2026-11-26 14:00", "yesterday 14:00", 14:00 or "3 days ago"; without a zone it is the time of this machine.';

/** A wall clock's reading, by this machine's time zone unless `zone` says how many minutes it is ahead of UTC. */
interface Reading {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly hour: number;
  readonly minute: number;
  readonly ms: number;
  readonly zone?: number | undefined;
}

/** `undefined` when there is no such day or time, as on 30 February or where clocks are put forward. */
function msOf({ year, month, date, hour, minute, ms, zone }: Reading): number | undefined {
  if (hour > 23 || minute > 59 || ms >= 60_000) return undefined;
  if (zone === undefined) {
    const local = new Date(year, month, date, hour, minute, 0, ms);
    const isSame = local.getMonth() === month && local.getDate() === date && local.getHours() === hour;
    return isSame && local.getMinutes() === minute ? local.getTime() : undefined;
  }
  const utc = new Date(Date.UTC(year, month, date, hour, minute, 0, ms));
  return utc.getUTCMonth() === month && utc.getUTCDate() === date ? utc.getTime() - zone * 60_000 : undefined;
}

type Groups = Readonly<Record<string, string | undefined>>;

function timeOf({
  hour = '0',
  minute = '0',
  second = '0',
  fraction = '0',
}: Groups): Pick<Reading, 'hour' | 'minute' | 'ms'> {
  const ms = Number(second) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000);
  return { hour: Number(hour), minute: Number(minute), ms };
}

function zoneOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (/^(?:Z|UTC)$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}

function dayOf(day: string, nowMs: number): Pick<Reading, 'year' | 'month' | 'date'> | undefined {
  const today = new Date(nowMs);
  const back = { today: 0, yesterday: 1 }[day.toLowerCase()];
  if (back === undefined) {
    const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
    return month >= 1 && month <= 12 && date >= 1 ? { year, month: month - 1, date } : undefined;
  }
  const then = new Date(today.getFullYear(), today.getMonth(), today.getDate() - back);
  return { year: then.getFullYear(), month: then.getMonth(), date: then.getDate() };
}

/** A day stands for its end: what was there when it was over. */
function momentOf(groups: Groups, nowMs: number): number | undefined {
  const { day = '', hour, zone } = groups;
  const date = dayOf(day, nowMs);
  if (date === undefined) return undefined;
  if (hour !== undefined) return msOf({ ...date, ...timeOf(groups), zone: zoneOf(zone) });
  const starts = msOf({ ...date, hour: 0, minute: 0, ms: 0 }) ?? msOf({ ...date, hour: 12, minute: 0, ms: 0 });
  if (starts === undefined) return undefined;
  const ends = new Date(date.year, date.month, date.date + 1).getTime() - 1;
  return starts > nowMs ? ends : Math.min(nowMs, ends);
}

function agoOf(groups: Groups, nowMs: number): number | undefined {
  const { count = '', unit = '' } = groups;
  const word = unit.toLowerCase();
  const name = SHORT[word] ?? word.replace(/s$/, '');
  const steady = STEADY[name];
  if (steady !== undefined) return nowMs - Number(count) * steady;
  const step = CALENDAR[name];
  if (step === undefined) return undefined;
  const then = new Date(nowMs);
  then.setDate(then.getDate() - Number(count) * (step.days ?? 0));
  const date = then.getDate();
  then.setMonth(then.getMonth() - Number(count) * (step.months ?? 0));
  // A month before 31 March is the last day of February.
  if (then.getDate() !== date) then.setDate(0);
  return Number.isNaN(then.getTime()) ? undefined : then.getTime();
}

/** Milliseconds since 1970 of a moment as it is typed; `undefined` when the text is none. Pure. */
export function parsePast(text: string, nowMs: number): number | undefined {
  const plain = text.trim().replaceAll(/\s+/g, ' ');
  if (/^now$/i.test(plain)) return nowMs;
  const ago = AGO.exec(plain)?.groups;
  if (ago !== undefined) return agoOf(ago, nowMs);
  const clock = CLOCK.exec(plain)?.groups;
  const groups = clock === undefined ? MOMENT.exec(plain)?.groups : { ...clock, day: 'today' };
  return groups === undefined ? undefined : momentOf(groups, nowMs);
}

/**
 * Milliseconds since 1970 of a moment that has passed, as somebody typed it.
 *
 * @throws {CliError} `USAGE`.
 */
export function demandPast(text: string): number {
  const nowMs = now();
  const moment = parsePast(text, nowMs);
  if (moment === undefined) throw usageError(`Expected a moment, got ${JSON.stringify(text)}`, EXAMPLES);
  if (moment > nowMs) {
    throw usageError(
      `Expected a moment that has passed, got ${JSON.stringify(text)}: ${new Date(moment).toISOString()}`,
      'A time alone is one of today; put yesterday or a date before it.',
    );
  }
  return moment;
}
