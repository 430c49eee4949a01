import { RetentionError, shown } from '../errors.ts';
import type { Columns } from './columns.ts';

/** Which items depend on which. */
export interface Lineage {
  /** The position of the parent of each item, or -1. */
  readonly parent: Int32Array;
  /** Items that have a parent, each before its parent. */
  readonly childrenFirst: Uint32Array;
}

/**
 * Looks up the parents. One that is not among the items is nobody's to decide on here, and passed over.
 *
 * @throws RetentionError `PARENT_CYCLE`
 */
export function readLineage({ items, ids }: Columns): Lineage {
  if (ids === undefined) return { parent: new Int32Array(0), childrenFirst: new Uint32Array(0) };
  const parent = new Int32Array(items.length).fill(-1);
  const waiting = new Uint32Array(items.length);
  let count = 0;
  for (const [position, item] of items.entries()) {
    const at = item.parent === undefined ? undefined : ids.find(item.parent);
    if (at === undefined) continue;
    parent[position] = at;
    waiting[at] = (waiting[at] ?? 0) + 1;
    count++;
  }
  const childrenFirst = takeLeaves(parent, waiting, count);
  if (childrenFirst.length < count) {
    const at = parent.findIndex((each, position) => each >= 0 && (waiting[position] ?? 0) > 0);
    const message = `Expected parents to lead to an item without one, got a circle at ${shown(items[at]?.id)}`;
    throw new RetentionError('PARENT_CYCLE', message);
  }
  return { parent, childrenFirst };
}

/** Takes items that no other waits for, until only circles are left (A. B. Kahn 1962). */
function takeLeaves(parent: Int32Array, waiting: Uint32Array, count: number): Uint32Array {
  const taken = new Uint32Array(count);
  let end = 0;
  for (const [position, above] of parent.entries()) if (above >= 0 && waiting[position] === 0) taken[end++] = position;
  for (let next = 0; next < end; next++) {
    const above = parent[taken[next] ?? 0] ?? -1;
    const left = (waiting[above] ?? 0) - 1;
    waiting[above] = left;
    if (left === 0 && (parent[above] ?? -1) >= 0) taken[end++] = above;
  }
  return taken.subarray(0, end);
}
