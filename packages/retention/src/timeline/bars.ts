import { explain } from '../explain.ts';
import type { RetentionItem } from '../items/item.ts';
import type { Decision } from '../plan/decision.ts';
import { readTime } from '../time.ts';
import type { Scale } from './scale.ts';

/** An item with what was decided of it. */
export interface Decided {
  readonly item: RetentionItem;
  readonly decision: Decision;
  /** In ms since 1970. */
  readonly time: number;
}

/** Items that stand so near each other that they are one bar. */
export interface Bar {
  /** The number of its place, from the left. */
  readonly place: number;
  readonly keep: boolean;
  readonly count: number;
  /** The sentence of the one item, or how many there are of which days. */
  readonly caption: string;
}

/** Items beside what was decided of each, by group. */
export function decidedByGroup(
  items: readonly RetentionItem[],
  decisions: readonly Decision[],
  groupOf: (item: RetentionItem) => string,
): Map<string, Decided[]> {
  const groups = new Map<string, Decided[]>();
  for (const [position, item] of items.entries()) {
    const one = { item, decision: decisions[position] as Decision, time: readTime(item.time, `time of ${item.id}`) };
    const group = groupOf(item);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [one]);
    else members.push(one);
  }
  return groups;
}

/** The bars of a group: at each of `places` one of what stays and one of what goes. */
export function barsOf(
  members: readonly Decided[],
  { scale, now, places }: { scale: Scale; now: number; places: number },
): Bar[] {
  const bins = new Map<string, { place: number; keep: boolean; members: Decided[] }>();
  for (const member of members) {
    const { keep } = member.decision;
    const place = Math.min(Math.floor(scale.placeOf(now - member.time) * places), places - 1);
    const key = `${place} ${keep}`;
    const bin = bins.get(key) ?? { place, keep, members: [] };
    bin.members.push(member);
    bins.set(key, bin);
  }
  return [...bins.values()]
    .toSorted((a, b) => a.place - b.place || Number(b.keep) - Number(a.keep))
    .map(({ place, keep, members: near }) => ({ place, keep, count: near.length, caption: captionOf(near, keep) }));
}

function captionOf(members: readonly Decided[], keep: boolean): string {
  const [first] = members;
  if (members.length === 1 && first !== undefined) return explain(first.decision);
  const [from, to] = members.reduce(
    ([least, most], { time }) => [Math.min(least, time), Math.max(most, time)],
    [Infinity, -Infinity],
  );
  return `${members.length} are ${keep ? 'kept' : 'removed'}: ${dayOf(from)} to ${dayOf(to)}`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
