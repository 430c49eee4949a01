import type { MergeAction, MergeDecision, MergeReason, MergeRules, MergeView } from './contract.ts';
import { resolveConflict } from './conflict.ts';
import { damageOf } from './damage.ts';
import { isSame } from './same-data.ts';

/**
 * Decides on one record. The first of these that fits:
 *
 * 1. What was erased for good is not brought back.
 * 2. Where backup and current have the same, or neither has it, nothing is done.
 * 3. What is damage is undone.
 * 4. Without a base, the two sides are compared: what is missing comes back, and where both differ the rule decides.
 * 5. With one, each side is compared with it first: a change on one side only is no conflict.
 *
 * `docs/concepts/merge.md` has every case.
 */
export function decide(view: MergeView, rules: MergeRules = {}): MergeDecision {
  const { backup, current } = view;
  if (view.isErased && backup !== undefined && !isSame(backup, current))
    return decided(view, current === undefined ? 'skip' : 'keep', 'erased');
  if (isSame(backup, current)) return decided(view, 'keep', 'same');
  const damage = damageOf(view, rules.damaged);
  if (damage === 'undo') return decided(view, 'put', 'damaged');
  if (damage === 'remove') return decided(view, 'delete', 'damaged');
  if (backup === undefined && rules.extra === 'delete') return decided(view, 'delete', 'extra');
  return view.base === undefined ? withoutBase(view, rules) : withBase(view, rules);
}

/** The record was in no base, or there is none. */
function withoutBase(view: MergeView, rules: MergeRules): MergeDecision {
  const { backup, current, deletedAt, hasBase } = view;
  if (backup === undefined) return decided(view, 'keep', 'added-in-current');
  if (current !== undefined) return resolveConflict(view, rules);
  if (deletedAt === undefined) return decided(view, 'put', hasBase ? 'added-in-backup' : 'missing');
  if (rules.restoreDeleted === true) return decided(view, 'put', 'deletion-ignored');
  return resolveConflict(view, rules);
}

function withBase(view: MergeView, rules: MergeRules): MergeDecision {
  const { base, backup, current } = view;
  const [isBackupSame, isCurrentSame] = [isSame(base, backup), isSame(base, current)];
  const isDeletion = backup === undefined || current === undefined;
  if (isDeletion && rules.restoreDeleted === true)
    return decided(view, current === undefined ? 'put' : 'keep', 'deletion-ignored');
  if (isBackupSame) {
    return current === undefined
      ? decided(view, 'skip', 'deleted-in-current')
      : decided(view, 'keep', 'changed-in-current');
  }
  if (isCurrentSame) {
    return backup === undefined
      ? decided(view, 'delete', 'deleted-in-backup')
      : decided(view, 'put', 'changed-in-backup');
  }
  return resolveConflict(view, rules);
}

function decided(view: MergeView, action: MergeAction, reason: MergeReason): MergeDecision {
  const { module, id, backup } = view;
  const record = action === 'put' ? { record: backup } : {};
  return { module, id, action, reason, isConflict: false, ...record, view };
}
