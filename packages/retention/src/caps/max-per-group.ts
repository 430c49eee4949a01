import { type Columns, STANDING } from '../items/columns.ts';
import type { Lineage } from '../items/lineage.ts';
import type { Reason } from '../plan/decision.ts';
import type { Ledger } from '../plan/ledger.ts';

/** What a cap goes by. `isProtected` holds what no cap removes, and the bases of that. */
export interface Capped {
  readonly columns: Columns;
  readonly lineage: Lineage;
  readonly ledger: Ledger;
  readonly isProtected: Uint8Array;
}

/**
 * Cuts each group to `limit` items. What is protected counts and stays; then the newest are taken, each with the bases
 * that it needs, which count too, until the limit is reached. So bases and protected items alone can exceed it. Items that
 * others depend on are not looked at for themselves before those others have been.
 */
export function capGroups(groups: readonly Uint32Array[], limit: number, reason: Reason, capped: Capped): void {
  const { columns, lineage, ledger, isProtected } = capped;
  const isCandidate = (each: number): boolean =>
    ledger.kept[each] === 1 && isProtected[each] !== 1 && columns.standing[each] === STANDING.regular;
  const needed = neededByOthers(lineage, columns.items.length, isCandidate);
  const taken = new Uint8Array(columns.items.length);
  const takeWithBases = (position: number): number => {
    let count = 0;
    for (let at = position; at >= 0 && taken[at] !== 1 && isProtected[at] !== 1; at = lineage.parent[at] ?? -1) {
      taken[at] = 1;
      count++;
    }
    return count;
  };
  for (const group of groups) {
    let count = group.reduce((sum, each) => sum + (isProtected[each] ?? 0), 0);
    for (const ofOthers of [0, 1]) {
      for (const position of group) {
        if (!isCandidate(position) || needed[position] !== ofOthers || taken[position] === 1) continue;
        if (count < limit) count += takeWithBases(position);
      }
    }
  }
  for (const group of groups) {
    for (const position of group) if (isCandidate(position) && taken[position] !== 1) ledger.cut(position, reason);
  }
}

function neededByOthers(lineage: Lineage, count: number, isCandidate: (position: number) => boolean): Uint8Array {
  const needed = new Uint8Array(count);
  for (const position of lineage.childrenFirst) {
    if (needed[position] === 1 || isCandidate(position)) needed[lineage.parent[position] ?? 0] = 1;
  }
  return needed;
}
