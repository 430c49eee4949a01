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

const NONE: readonly Reason[] = Object.freeze([]);

/**
 * Opens a ledger for so many items. Items with the same reasons share one frozen list of them: most have what the one
 * noted before has.
 */
export function openLedger(count: number): Ledger {
  const kept = new Uint8Array(count);
  const lapse = new Float64Array(count);
  const lists = Array<readonly Reason[]>(count).fill(NONE);
  let added: { to: readonly Reason[]; reason: Reason; list: readonly Reason[] } | undefined;
  const note = (position: number, reason: Reason): void => {
    const to = lists[position] ?? NONE;
    if (added === undefined || added.reason !== reason || added.to !== to) {
      added = { to, reason, list: Object.freeze([...to, reason]) };
    }
    lists[position] = added.list;
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
