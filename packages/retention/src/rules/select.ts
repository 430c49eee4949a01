import { labelOf } from '../periods/label.ts';
import { type Duration, later } from '../periods/duration.ts';
import { stretchAt } from '../periods/period.ts';
import type { Zone } from '../periods/zone.ts';
import type { Ledger } from '../plan/ledger.ts';
import type { AgeSpan, Rule } from './rule.ts';

/** What rules select in. */
export interface Field {
  readonly zone: Zone;
  readonly now: number;
  readonly time: Float64Array;
  readonly ledger: Ledger;
}

/** When the reach of a rule ends for something of a time: in ms, Infinity if it does not end with time, 0 if it has ended. */
export type Reach = (time: number) => number;

/** Lets a rule select among items, the newest first. Returns its reach for items that may not fill its slots. */
export function select(rule: Rule, members: Uint32Array, field: Field): Reach {
  return rule.spans === undefined ? selectByCount(rule, members, field) : selectByAge(rule, rule.spans, members, field);
}

/** One of each of the newest N periods that have any. Its reach goes back to where the last of them begins. */
function selectByCount(rule: Rule, members: Uint32Array, { zone, time, ledger }: Field): Reach {
  const { count = Infinity, period, reason, pick } = rule;
  let oldest = -Infinity;
  let slots = 0;
  for (let first = 0; first < members.length && slots < count; slots++) {
    const newest = time[members[first] ?? 0] ?? 0;
    const stretch = period && stretchAt(zone, period, newest);
    const end = stretch === undefined ? first + 1 : endOf(members, time, first, stretch.start);
    const position = members[pick === 'oldest' ? end - 1 : first] ?? 0;
    const which = count === Infinity ? {} : { position: slots + 1 };
    const label = period && stretch && { period: labelOf(zone, period, stretch) };
    ledger.keep(position, label || count < Infinity ? { ...reason, ...which, ...label } : reason, Infinity);
    oldest = stretch?.start ?? newest;
    first = end;
  }
  return slots < count ? () => Infinity : (at) => (at >= oldest ? Infinity : 0);
}

function endOf(members: Uint32Array, time: Float64Array, from: number, start: number): number {
  let end = from + 1;
  while (end < members.length && (time[members[end] ?? 0] ?? 0) >= start) end++;
  return end;
}

/** The age spans, from the youngest on; each begins where the one before it ends. */
function selectByAge(rule: Rule, spans: readonly AgeSpan[], members: Uint32Array, field: Field): Reach {
  let from = 0;
  for (const span of spans) {
    const to = Math.max(from, firstBeyond(span, members, field));
    selectInSpan(rule, span, members.subarray(from, to), field);
    from = to;
  }
  return (at) => {
    const lapse = spans.reduce((latest, span) => Math.max(latest, lapseOf(field.zone, at, span)), 0);
    return lapse > field.now ? lapse : 0;
  };
}

function selectInSpan(rule: Rule, span: AgeSpan, members: Uint32Array, { zone, time, ledger }: Field): void {
  for (let first = 0; first < members.length;) {
    const newest = time[members[first] ?? 0] ?? 0;
    const stretch = span.period && stretchAt(zone, span.period, newest);
    const end = stretch === undefined ? first + 1 : endOf(members, time, first, stretch.start);
    const position = members[rule.pick === 'oldest' ? end - 1 : first] ?? 0;
    const label = span.period && stretch && { period: labelOf(zone, span.period, stretch) };
    ledger.keep(position, label ? { ...span.reason, ...label } : span.reason, lapseOf(zone, time[position] ?? 0, span));
    first = end;
  }
}

/** The first instant at which something of a time is too old for a span. */
function lapseOf(zone: Zone, time: number, { until, endCounts }: { until: Duration; endCounts: boolean }): number {
  return later(zone, time, until) + (endCounts ? 1 : 0);
}

/** Bisection, as an item that is older is never longer in a span. */
function firstBeyond(span: AgeSpan, members: Uint32Array, { zone, now, time }: Field): number {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (lapseOf(zone, time[members[middle] ?? 0] ?? 0, span) > now) low = middle + 1;
    else high = middle;
  }
  return low;
}
