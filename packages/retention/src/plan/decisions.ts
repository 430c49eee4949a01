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
  const unselected: readonly Reason[] = policies.map((policy) => ({ rule: 'unselected', keeps: false, policy }));
  const replacement = findReplacements(groups, ledger);
  return columns.items.map(({ id }, position): Decision => {
    const own = ledger.reasonsOf(position);
    if (ledger.kept[position] === 1) {
      return {
        id,
        keep: true,
        reasons: own,
        nextReview: reviewAt(ledger.lapse[position] ?? Infinity),
        replacedBy: null,
      };
    }
    const reasons = own.length === 0 ? unselected : own;
    return {
      id,
      keep: false,
      reasons,
      nextReview: null,
      replacedBy: columns.items[replacement[position] ?? -1]?.id ?? null,
    };
  });
}

function reviewAt(lapse: number): number | null {
  return lapse <= LATEST ? lapse : null;
}

/** For each item the next newer kept one of its group, or else the next older one, or -1. */
function findReplacements(groups: readonly Uint32Array[], { kept }: Ledger): Int32Array {
  const replacement = new Int32Array(kept.length).fill(-1);
  for (const group of groups) {
    let newer = group.find((position) => kept[position] === 1) ?? -1;
    for (const position of group) {
      if (kept[position] === 1) newer = position;
      else replacement[position] = newer;
    }
  }
  return replacement;
}
