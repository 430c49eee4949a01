import type { Columns } from '../items/columns.ts';
import type { Lineage } from '../items/lineage.ts';
import type { Ledger } from '../plan/ledger.ts';

/** Marks the parents of what is marked, up to the last. */
export function markBases({ parent, childrenFirst }: Lineage, marks: Uint8Array): void {
  for (const position of childrenFirst) {
    if (marks[position] === 1) marks[parent[position] ?? 0] = 1;
  }
}

/** Marks the parents of what is marked, and says which were not marked before; nothing where there are no parents. */
export function addBases(lineage: Lineage, marks: Uint8Array): Uint8Array {
  const before = marks.slice(0, lineage.parent.length);
  markBases(lineage, marks);
  return before.map((mark, position) => (marks[position] ?? 0) - mark);
}

/**
 * Keeps the items that kept ones can't be restored without, until the last of those goes. The reason names the newest of those.
 *
 * @param onlyAsBase what is kept now for nothing else, and goes when nothing needs it any more
 */
export function keepBases(
  { items, time }: Columns,
  { parent, childrenFirst }: Lineage,
  ledger: Ledger,
  onlyAsBase: Uint8Array,
): void {
  const newest = new Int32Array(parent.length).fill(-1);
  const isNewer = (one: number, other: number): boolean => {
    const [ours, theirs] = [time[one] ?? 0, time[other] ?? 0];
    return ours === theirs ? (items[one]?.id ?? '') > (items[other]?.id ?? '') : ours > theirs;
  };
  const lapses = new Float64Array(parent.length);
  const settle = (position: number): void => {
    const child = newest[position] ?? -1;
    if (child >= 0) {
      ledger.keep(position, { rule: 'baseOf', keeps: true, item: items[child]?.id }, lapses[position] ?? 0);
      newest[position] = -1;
    } else if (onlyAsBase[position] === 1) {
      ledger.kept[position] = 0;
    }
    onlyAsBase[position] = 0;
  };
  for (const position of childrenFirst) {
    settle(position);
    const above = parent[position] ?? -1;
    if (ledger.kept[position] !== 1) continue;
    lapses[above] = Math.max(lapses[above] ?? 0, ledger.lapse[position] ?? 0);
    const known = newest[above] ?? -1;
    if (known < 0 || isNewer(position, known)) newest[above] = position;
  }
  for (let position = 0; position < newest.length; position++) settle(position);
}
