import type { Reason } from './decision.ts';

/** Reasons as they come up, by position of the item. */
export interface Ledger {
  readonly kept: Uint8Array;
  /** When the last reason for keeping lapses, in ms; Infinity if one does not. */
  readonly lapse: Float64Array;
  reasonsOf(position: number): readonly Reason[];
  /** Notes a reason for keeping, which lapses at an instant or (Infinity) not with time. */
  keep(position: number, reason: Reason, lapse: number): void;
  /** Notes a cap that removes an item. */
  cut(position: number, reason: Reason): void;
}

const NONE: readonly Reason[] = [];

export function openLedger(count: number): Ledger {
  const kept = new Uint8Array(count);
  const lapse = new Float64Array(count);
  const lists: (readonly Reason[])[] = [];
  for (let position = 0; position < count; position++) lists.push(NONE);
  const note = (position: number, reason: Reason): void => {
    const list = lists[position] ?? NONE;
    // Most have one; a list that is pushed to takes room for seventeen.
    lists[position] = list.length === 0 ? [reason] : [...list, reason];
  };
  return {
    kept,
    lapse,
    reasonsOf: (position) => lists[position] ?? NONE,
    keep(position, reason, until) {
      note(position, reason);
      kept[position] = 1;
      if (until > (lapse[position] ?? 0)) lapse[position] = until;
    },
    cut(position, reason) {
      note(position, reason);
      kept[position] = 0;
    },
  };
}
