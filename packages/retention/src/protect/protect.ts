import { type Columns, STANDING } from '../items/columns.ts';
import type { RetentionItem } from '../items/item.ts';
import type { Reason } from '../plan/decision.ts';
import type { Ledger } from '../plan/ledger.ts';
import { readTime } from '../time.ts';

/** Which protections beside those of the items themselves are on, by the name of the policy that asks for them. */
export interface Protections {
  readonly now: number;
  readonly latestGood: boolean;
  readonly majors: string | undefined;
  readonly previousGood: string | undefined;
}

const MAJOR = /^v?(?:0|[1-9]\d*)\.0\.0(?:\+[0-9A-Za-z.-]+)?$/;

/** Keeps what stands above every rule. Returns which items those are, by position. */
export function protect(columns: Columns, groups: readonly Uint32Array[], ledger: Ledger, on: Protections): Uint8Array {
  const isProtected = new Uint8Array(columns.items.length);
  const keep = (position: number, reason: Reason, lapse = Infinity): void => {
    ledger.keep(position, reason, lapse);
    isProtected[position] = 1;
  };
  for (let position = 0; position < columns.items.length; position++) {
    const item = columns.items[position];
    if (item === undefined || !saysSomething(item, on)) continue;
    for (const reason of ownProtections(item, on)) keep(position, reason, reason.at);
  }
  for (const group of groups) {
    const latest = on.latestGood ? latestGood(columns, group) : undefined;
    if (latest !== undefined) keep(latest, { rule: 'latestGood', keeps: true });
    if (on.previousGood === undefined) continue;
    for (const [position, user] of previousGood(columns, group)) {
      keep(position, { rule: 'previousGood', keeps: true, policy: on.previousGood, item: user });
    }
  }
  return isProtected;
}

/** Whether an item has a field that can protect it, which few have. */
function saysSomething({ hold, immutable, retainUntil, inUse, version }: RetentionItem, on: Protections): boolean {
  return (
    Boolean(hold || immutable || inUse) ||
    retainUntil !== undefined ||
    (on.majors !== undefined && version !== undefined)
  );
}

/** What an item says itself. */
function ownProtections(item: RetentionItem, { now, majors }: Protections): Reason[] {
  const reasons: Reason[] = [];
  if (item.hold) reasons.push({ rule: 'hold', keeps: true, who: item.hold.who, why: item.hold.why });
  if (item.immutable === true) reasons.push({ rule: 'immutable', keeps: true });
  if (item.retainUntil !== undefined) {
    const at = readTime(item.retainUntil, 'retainUntil of an item');
    if (at > now) reasons.push({ rule: 'retainUntil', keeps: true, at });
  }
  if (item.inUse === true) reasons.push({ rule: 'inUse', keeps: true });
  if (typeof item.inUse === 'string') reasons.push({ rule: 'inUse', keeps: true, who: item.inUse });
  if (majors !== undefined && item.version !== undefined && MAJOR.test(item.version)) {
    reasons.push({ rule: 'major', keeps: true, policy: majors });
  }
  return reasons;
}

/** The newest good one that is to be believed; failing that, the newest good one at all. */
function latestGood({ items, standing }: Columns, group: Uint32Array): number | undefined {
  const isGood = (position: number): boolean => items[position]?.good !== false;
  return group.find((each) => isGood(each) && standing[each] === STANDING.regular) ?? group.find(isGood);
}

/** For each item in use the good one before it, with the id of the one in use. */
function previousGood({ items, standing }: Columns, group: Uint32Array): [number, string][] {
  const found: [number, string][] = [];
  let user: string | undefined;
  for (const position of group) {
    const item = items[position];
    if (item === undefined) continue;
    if (user !== undefined && item.good !== false && standing[position] === STANDING.regular) {
      found.push([position, user]);
      user = undefined;
    }
    if (item.inUse !== undefined && item.inUse !== false) user = item.id;
  }
  return found;
}
