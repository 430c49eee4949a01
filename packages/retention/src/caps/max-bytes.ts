import { STANDING } from '../items/columns.ts';
import type { Reason } from '../plan/decision.ts';
import type { Ledger } from '../plan/ledger.ts';
import type { Capped } from './max-per-group.ts';

/**
 * Cuts the least valuable until the kept ones are within a budget of bytes. Value is the number of reasons that keep an
 * item, then its youth; a base is worth what the most valuable item that needs it is, and goes after all of them. Items
 * that fill no slots (untrusted, future) neither count nor go, so that they can't push others out.
 *
 * @param order all items, the newest first
 */
export function capBytes(order: Uint32Array, limit: number, reason: Reason, capped: Capped): void {
  const { columns, ledger, isProtected } = capped;
  const counted = order.filter((each) => ledger.kept[each] === 1 && columns.standing[each] === STANDING.regular);
  const bytesOf = (position: number): number => columns.items[position]?.bytes ?? 0;
  let total = counted.reduce((sum, each) => sum + bytesOf(each), 0);
  if (total <= limit) return;
  const candidates = counted.filter((each) => isProtected[each] !== 1);
  for (const position of leastValuableFirst(candidates, capped)) {
    if (total <= limit) return;
    total -= bytesOf(position);
    ledger.cut(position, reason);
  }
}

function leastValuableFirst(candidates: Uint32Array, { columns, lineage, ledger }: Capped): Uint32Array {
  const byOwnValue = fewestReasonsFirst(candidates.toReversed(), ledger);
  if (lineage.childrenFirst.length === 0) return byOwnValue;
  const rank = new Float64Array(columns.items.length);
  const depth = new Uint32Array(columns.items.length);
  for (const [index, position] of byOwnValue.entries()) rank[position] = index + 1;
  for (const position of lineage.childrenFirst) {
    const above = lineage.parent[position] ?? 0;
    rank[above] = Math.max(rank[above] ?? 0, rank[position] ?? 0);
    depth[above] = Math.max(depth[above] ?? 0, (depth[position] ?? 0) + 1);
  }
  return byOwnValue.sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || (depth[a] ?? 0) - (depth[b] ?? 0));
}

/** Sorts by counting, as there are few numbers of reasons; those with the same stay in their order. */
function fewestReasonsFirst(positions: Uint32Array, ledger: Ledger): Uint32Array {
  const starts: number[] = [];
  for (const position of positions) {
    const next = ledger.reasonsOf(position).length + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let count = 0; count < starts.length; count++) starts[count] = (starts[count] ?? 0) + (starts[count - 1] ?? 0);
  const sorted = new Uint32Array(positions.length);
  for (const position of positions) {
    const count = ledger.reasonsOf(position).length;
    const place = starts[count] ?? 0;
    sorted[place] = position;
    starts[count] = place + 1;
  }
  return sorted;
}
