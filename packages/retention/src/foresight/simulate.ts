import { RetentionError, shown } from '../errors.ts';
import type { RetentionItem } from '../items/item.ts';
import { DAY } from '../periods/civil.ts';
import { DURATION_PATTERN, type Duration, later, plus, readDuration } from '../periods/duration.ts';
import { stretchAt } from '../periods/period.ts';
import { openZone, type Zone } from '../periods/zone.ts';
import { planRetention } from '../plan/plan-retention.ts';
import type { DurationText, RetentionPolicy } from '../policy/policy.ts';
import { readTime, type TimeInput } from '../time.ts';

/** Items that come again and again. */
export interface Schedule {
  /** `1d`, `6h`: in the calendar of the time zone. */
  readonly every: DurationText;
  /** The first one. */
  readonly from: TimeInput;
  readonly bytes?: number | undefined;
  readonly kind?: string | undefined;
  readonly group?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** The IANA time zone whose days count. */
  readonly timeZone: string;
  /** What is there already. */
  readonly items?: readonly RetentionItem[] | undefined;
  /** What 1 GB (10⁹ bytes) costs for 30 days, in whatever currency. */
  readonly price?: number | undefined;
}

/** What there is at the end of a day, after that day's plan was carried out. */
export interface SimulatedDay {
  /** In ms since 1970. */
  readonly at: number;
  readonly items: number;
  readonly bytes: number;
}

/** What a policy makes of schedules. */
export interface Simulation {
  /** What exists in the end, oldest first. */
  readonly items: readonly RetentionItem[];
  readonly bytes: number;
  readonly days: readonly SimulatedDay[];
  /** The day with the most bytes, or, where no item says any, the most items. */
  readonly peak: SimulatedDay;
  /** Bytes times the days that they were stored, from the end of the first day on. */
  readonly byteDays: number;
  /** What that costs; `undefined` without a price. */
  readonly cost: number | undefined;
}

const MOST_ITEMS = 1_000_000;

/**
 * Plays a policy through: items come as schedules say, and at the end of each day the plan is carried out. Says what will exist
 * at `until`, and what it took on each day on the way.
 *
 * @throws RetentionError `INVALID_OPTION` for a schedule that is none or makes more than a million items; what
 *   `planRetention` throws.
 * @example
 * ```ts
 * import { simulate } from '@x/retention';
 *
 * const schedules = [{ every: '1d', from: '2026-01-01T02:00:00Z', bytes: 1e9 }];
 * const { items, peak } = simulate({ daily: 7, monthly: 12 }, schedules, '2027-01-01T00:00:00Z', { timeZone: 'UTC' });
 * console.log(items.length, peak.bytes);
 * ```
 */
export function simulate(
  policy: RetentionPolicy | readonly RetentionPolicy[],
  schedules: readonly Schedule[],
  until: TimeInput,
  options: SimulateOptions,
): Simulation {
  const zone = openZone(options.timeZone);
  checkPrice(options.price);
  const end = readTime(until, 'until');
  const coming = schedules.flatMap((schedule, number) => itemsOf(schedule, number, { zone, end }));
  coming.sort((a, b) => a.time - b.time);
  let present: readonly RetentionItem[] = [...(options.items ?? [])];
  const days: SimulatedDay[] = [];
  for (let next = 0; next < coming.length;) {
    const day = stretchAt(zone, { unit: 'day', every: 1 }, (coming[next] as Coming).time);
    const from = next;
    while (next < coming.length && (coming[next] as Coming).time < day.end) next++;
    const at = Math.min(day.end - 1, end);
    const all = [...present, ...coming.slice(from, next)];
    const decisions = planRetention(all, policy, { now: at, timeZone: options.timeZone });
    present = all.filter((_, index) => decisions[index]?.keep === true);
    days.push({ at, items: present.length, bytes: bytesOf(present) });
  }
  // Time goes on after the last one has come.
  const decisions = planRetention(present, policy, { now: end, timeZone: options.timeZone });
  present = present.filter((_, index) => decisions[index]?.keep === true);
  const last: SimulatedDay = { at: end, items: present.length, bytes: bytesOf(present) };
  const byteDays = byteDaysOf([...days, last]);
  const cost = options.price === undefined ? undefined : (byteDays / 1e9 / 30) * options.price;
  return { items: present, bytes: last.bytes, days, peak: [...days, last].reduce(larger), byteDays, cost };
}

function checkPrice(price: unknown): void {
  if (price === undefined || (typeof price === 'number' && price >= 0 && price < Infinity)) return;
  throw new RetentionError('INVALID_OPTION', `Expected price to be a number from 0 on, got ${shown(price)}`);
}

/** On each day there is what was left of the day before. */
function byteDaysOf(days: readonly SimulatedDay[]): number {
  return days.reduce((sum, { bytes, at }, index) => sum + (bytes * ((days[index + 1]?.at ?? at) - at)) / DAY, 0);
}

type Coming = RetentionItem & { readonly time: number };

function itemsOf(schedule: Schedule, number: number, { zone, end }: { zone: Zone; end: number }): Coming[] {
  const { every, from, ...rest } = schedule;
  if (typeof every !== 'string' || !new RegExp(DURATION_PATTERN, 'u').test(every)) {
    throw new RetentionError('INVALID_OPTION', `Expected every to be a duration such as 1d, got ${shown(every)}`);
  }
  const step = readDuration(every);
  const first = readTime(from, 'from of a schedule');
  const items: Coming[] = [];
  // Counted from the first each time: a month after 31 January and another one is 31 March.
  for (let count = 0; ; count++) {
    const time = later(zone, first, times(step, count));
    if (time > end) return items;
    if (count >= MOST_ITEMS) {
      throw new RetentionError('INVALID_OPTION', `Expected schedules of at most ${MOST_ITEMS} items, got more`);
    }
    items.push({ ...rest, id: `${number}-${count}`, time });
  }
}

const times = (duration: Duration, count: number): Duration => plus({ months: 0, days: 0, hours: 0 }, duration, count);

const bytesOf = (items: readonly RetentionItem[]): number => items.reduce((sum, { bytes = 0 }) => sum + bytes, 0);

function larger(a: SimulatedDay, b: SimulatedDay): SimulatedDay {
  return b.bytes > a.bytes || (b.bytes === a.bytes && b.items > a.items) ? b : a;
}
