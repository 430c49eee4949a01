import { RetentionError } from '../errors.ts';
import { civilDate, DAY, dayNumber, HOUR } from '../periods/civil.ts';
import { type Duration, readDuration } from '../periods/duration.ts';
import type { Reason } from '../plan/decision.ts';
import type { RetentionPolicy } from '../policy/policy.ts';
import { COMPAT_PERIODS, type CompatPeriod, periodOf } from './calendar.ts';
import type { CompatField } from './field.ts';

/** One of the counters that restic fills, the newest snapshot first. */
interface Bucket {
  readonly rule: Reason['rule'];
  readonly period: CompatPeriod;
  /** So many are left; Infinity for all. */
  left: number;
  /** Only what is younger than this counts; in ms. */
  readonly after: number;
  readonly until: string | undefined;
  latest: number;
}

const WITHIN = {
  hourly: 'withinHourly',
  daily: 'withinDaily',
  weekly: 'withinWeekly',
  monthly: 'withinMonthly',
  yearly: 'withinYearly',
} as const;

/**
 * `restic forget` as it has been since 0.16. Each bucket takes the newest snapshot of a period, and the oldest of all if it has
 * counts left by then (earlier versions did not take that one, and knew no -1).
 * Ages are counted back from the newest snapshot that is not in the future, and a month before 31 March is 3 March.
 */
export function applyRestic(policy: RetentionPolicy, group: Uint32Array, field: CompatField): void {
  const { columns, ledger, zone, now } = field;
  const timeOf = (position: number): number => columns.time[position] ?? 0;
  const newest = group.find((position) => timeOf(position) < now);
  const from = newest === undefined ? -8.64e15 : timeOf(newest);
  const before = (text: string): number => goBack(from, zone.offsetAt(from), readDuration(text));
  const buckets = [...counted(policy), ...aged(policy, before)];
  const all = policy.within === undefined ? undefined : before(policy.within);
  const tags = tagsOf(policy);
  const isEmpty = buckets.length === 0 && all === undefined && tags.length === 0;
  for (const [number, position] of group.entries()) {
    const time = timeOf(position);
    const keep = (reason: Omit<Reason, 'keeps' | 'policy'>): void =>
      ledger.keep(position, { ...reason, keeps: true, policy: field.policy }, Infinity);
    if (isEmpty) keep({ rule: 'uncovered' });
    for (const tag of tags) if (columns.items[position]?.tags?.includes(tag) === true) keep({ rule: 'tags', tag });
    if (all !== undefined && time > all) keep({ rule: 'within', until: policy.within });
    const local = time + zone.offsetAt(time);
    for (const bucket of buckets) {
      if (bucket.left === 0 || time <= bucket.after) continue;
      const value = bucket.period === 'last' ? number : periodOf(bucket.period, local);
      if (value === bucket.latest && number < group.length - 1) continue;
      bucket.latest = value;
      bucket.left -= 1;
      keep({ rule: bucket.rule, until: bucket.until });
    }
  }
}

function counted(policy: RetentionPolicy): Bucket[] {
  return COMPAT_PERIODS.flatMap((period): Bucket[] => {
    const count = policy[period] ?? 0;
    const bucket = { rule: period, period, after: -Infinity, until: undefined, latest: Number.NaN };
    return count === 0 ? [] : [{ ...bucket, left: count < 0 ? Infinity : count }];
  });
}

function aged(policy: RetentionPolicy, before: (text: string) => number): Bucket[] {
  return Object.entries(WITHIN).flatMap(([period, rule]): Bucket[] => {
    const until = policy[rule];
    if (until === undefined) return [];
    return [{ rule, period: period as CompatPeriod, left: Infinity, after: before(until), until, latest: Number.NaN }];
  });
}

/** restic's `--keep-tag` keeps for good. */
function tagsOf({ tags = {} }: RetentionPolicy): string[] {
  return Object.entries(tags).map(([tag, keep]) => {
    if (keep === -1) return tag;
    throw new RetentionError('INVALID_POLICY', `Expected tags that restic keeps forever (-1), got a rule for ${tag}`);
  });
}

/** Go's `AddDate` backwards: a day that the month does not have runs over into the next. */
function goBack(instant: number, offset: number, { months, days, hours }: Duration): number {
  const local = instant + offset;
  const day = Math.floor(local / DAY);
  const date = civilDate(day);
  const since = date.year * 12 + date.month - 1 - months;
  const year = Math.floor(since / 12);
  const target = dayNumber(year, since - year * 12 + 1, 1) + date.day - 1 - days;
  return target * DAY + (local - day * DAY) - offset - hours * HOUR;
}
