import type { Columns } from '../items/columns.ts';
import { LATEST } from '../time.ts';
import type { Decision, Reason } from './decision.ts';
import type { Ledger } from './ledger.ts';

/** The decisions in the order of the input. */
export function decide(
  columns: Columns,
  groups: readonly Uint32Array[],
  ledger: Ledger,
  policies: readonly string[],
): Decision[] {
  const unselected = Object.freeze(policies.map((policy): Reason => ({ rule: 'unselected', keeps: false, policy })));
  const replacement = findReplacements(groups, ledger);
  const decisions = Array<Decision>(columns.items.length);
  for (let position = 0; position < columns.items.length; position++) {
    const id = columns.items[position]?.id ?? '';
    const reasons = ledger.reasonsOf(position);
    decisions[position] =
      ledger.kept[position] === 1
        ? { id, keep: true, reasons, nextReview: reviewAt(ledger.lapse[position] ?? Infinity), replacedBy: null }
        : {
            id,
            keep: false,
            reasons: reasons.length === 0 ? unselected : reasons,
            nextReview: null,
            replacedBy: columns.items[replacement[position] ?? -1]?.id ?? null,
          };
  }
  return decisions;
}

function reviewAt(lapse: number): number | null {
  return lapse <= LATEST ? lapse : null;
}

/** For each item the next newer kept one of its group, or else the next older one, or -1. */
function findReplacements(groups: readonly Uint32Array[], { kept }: Ledger): Int32Array {
  const replacement = new Int32Array(kept.length).fill(-1);
  for (const group of groups) {
    let newer = group.find((position) => kept[position] === 1) ?? -1;
    for (let index = 0; index < group.length; index++) {
      const position = group[index] ?? 0;
      if (kept[position] === 1) newer = position;
      else replacement[position] = newer;
    }
  }
  return replacement;
}
