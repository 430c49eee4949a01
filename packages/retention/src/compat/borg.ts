import { DAY, HOUR } from '../periods/civil.ts';
import type { RetentionPolicy } from '../policy/policy.ts';
import { COMPAT_PERIODS, type CompatPeriod, periodOf } from './calendar.ts';
import type { CompatField } from './field.ts';

/** borg's months have 31 days, its years 365. */
const UNITS: Readonly<Record<string, number>> = {
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  m: 31 * DAY,
  q: 93 * DAY,
  y: 365 * DAY,
};

/**
 * `borg prune`. Rules are applied one after the other, and what one keeps is not counted by the next; a rule that has not kept as
 * many as it may keeps the oldest archive too. `last` is borg's `--keep-last`: one of each second.
 */
export function applyBorg(policy: RetentionPolicy, group: Uint32Array, field: CompatField): void {
  const kept = new Set<number>();
  if (
    !applyWithin(policy, group, { ...field, kept }) &&
    COMPAT_PERIODS.every((period) => (policy[period] ?? 0) === 0)
  ) {
    for (const position of group) field.ledger.keep(position, { rule: 'uncovered', keeps: true }, Infinity);
    return;
  }
  for (const period of COMPAT_PERIODS) {
    const count = policy[period] ?? 0;
    if (count !== 0) split(period, count, group, { ...field, kept });
  }
}

interface BorgField extends CompatField {
  readonly kept: Set<number>;
}

function applyWithin({ within }: RetentionPolicy, group: Uint32Array, field: BorgField): boolean {
  if (within === undefined) return false;
  let length = 0;
  for (const [, count, unit = ''] of within.matchAll(/(\d+)\s*([a-z])[a-z]*/g))
    length += Number(count) * (UNITS[unit] ?? 0);
  for (const position of group) {
    if ((field.columns.time[position] ?? 0) <= field.now - length) continue;
    field.kept.add(position);
    field.ledger.keep(position, { rule: 'within', keeps: true, policy: field.policy, until: within }, Infinity);
  }
  return true;
}

function split(period: CompatPeriod, count: number, group: Uint32Array, field: BorgField): void {
  const { columns, ledger, zone, kept, policy } = field;
  let latest = Number.NaN;
  let length = 0;
  const keep = (position: number): void => {
    kept.add(position);
    length += 1;
    const limit = count < 0 ? {} : { position: length, limit: count };
    ledger.keep(position, { rule: period, keeps: true, policy, ...limit }, Infinity);
  };
  for (const position of group) {
    if (length === count) return;
    const time = columns.time[position] ?? 0;
    const local = time + zone.offsetAt(time);
    const value = period === 'last' ? Math.floor(local / 1000) : periodOf(period, local);
    if (value === latest) continue;
    latest = value;
    if (!kept.has(position)) keep(position);
  }
  const oldest = group.at(-1);
  if (oldest !== undefined && length < count && !kept.has(oldest)) keep(oldest);
}
