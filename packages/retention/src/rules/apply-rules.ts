import { type Columns, STANDING } from '../items/columns.ts';
import type { RetentionItem } from '../items/item.ts';
import type { Reason } from '../plan/decision.ts';
import type { Rule } from './rule.ts';
import { type Field, type Reach, select } from './select.ts';

const UNCOVERED: Reason = { rule: 'uncovered', keeps: true };
const UNTRUSTED: Reason = { rule: 'untrusted', keeps: true };
const FUTURE: Reason = { rule: 'future', keeps: true };

/** Applies all rules to a group of items, the newest first. */
export function applyRules(rules: readonly Rule[], group: Uint32Array, columns: Columns, field: Field): void {
  const { items, standing } = columns;
  const isRegular = (position: number): boolean => standing[position] === STANDING.regular;
  const regular = group.every(isRegular) ? group : group.filter(isRegular);
  const reaches = rules.map((rule): [Rule, Reach] => [rule, select(rule, membersOf(rule, regular, items), field)]);
  const coversAll = rules.some((rule) => rule.kind === undefined && rule.tag === undefined);
  // Nothing is left to say of regular items that a rule covers.
  if (coversAll && regular === group) return;
  for (let index = 0; index < group.length; index++) {
    const position = group[index] ?? 0;
    const item = items[position];
    if (item === undefined) continue;
    if (!coversAll && !isCovered(item, rules)) field.ledger.keep(position, UNCOVERED, Infinity);
    if (standing[position] === STANDING.regular) continue;
    const covering = reaches.filter(([rule]) => covers(rule, item)).map(([, reach]) => reach);
    keepIrregular(position, covering, columns, field);
  }
}

function membersOf(rule: Rule, regular: Uint32Array, items: readonly RetentionItem[]): Uint32Array {
  if (rule.kind === undefined && rule.tag === undefined && rule.goodOnly !== true) return regular;
  return regular.filter((position) => {
    const item = items[position];
    return item !== undefined && covers(rule, item) && (rule.goodOnly !== true || item.good !== false);
  });
}

function isCovered(item: RetentionItem, rules: readonly Rule[]): boolean {
  for (const rule of rules) if (covers(rule, item)) return true;
  return false;
}

function covers({ kind, tag }: Rule, item: RetentionItem): boolean {
  return (kind === undefined || item.kind === kind) && (tag === undefined || item.tags?.includes(tag) === true);
}

/** A future item is kept until its time has come, an untrusted one until it is out of every rule's reach by store time. */
function keepIrregular(position: number, reaches: readonly Reach[], columns: Columns, { ledger, time }: Field): void {
  const made = time[position] ?? 0;
  if (columns.standing[position] === STANDING.future) return ledger.keep(position, { ...FUTURE, at: made }, made);
  const stored = columns.storedAt[position] ?? Number.NaN;
  const lapse = Number.isNaN(stored) ? Infinity : reaches.reduce((latest, reach) => Math.max(latest, reach(stored)), 0);
  if (lapse > 0) ledger.keep(position, UNTRUSTED, lapse);
}
