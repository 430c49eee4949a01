import type { MergeRules, MergeView } from './contract.ts';
import { isSame } from './same-data.ts';

/** What was found to be damage, and what to do about it. */
export type Damage = 'none' | 'undo' | 'remove';

/**
 * Whether what is there now is damage. A window asks when it was changed or deleted: a change that nobody has dated is not in it,
 * since honest work would be undone by a guess.
 */
export function damageOf(view: MergeView, damaged: MergeRules['damaged']): Damage {
  if (damaged === undefined || isSame(view.backup, view.current)) return 'none';
  if (typeof damaged === 'function') {
    if (!damaged(view)) return 'none';
    return view.backup === undefined ? 'remove' : 'undo';
  }
  const at = view.current === undefined ? view.deletedAt : view.current.updatedAt;
  if (at === undefined || at < damaged.since || at > (damaged.until ?? Infinity)) return 'none';
  if (view.backup !== undefined) return 'undo';
  // With a base that has it, the backup's side has deleted it: that is decided like any other deletion.
  return damaged.added === 'delete' && view.base === undefined ? 'remove' : 'none';
}
