import { BackupError } from '../errors.ts';
import type { DataRecord } from '../records/contract.ts';
import type { MergeDecision, MergeReason, MergeResolver, MergeRules, MergeView } from './contract.ts';
import { isSame } from './same-data.ts';

/** Decides where both sides have something to say: a record or, if it is not there, its deletion. */
export function resolveConflict(view: MergeView, rules: MergeRules): MergeDecision {
  const { conflict = 'newest' } = rules;
  if (typeof conflict === 'function') return byFunction(view, conflict);
  if (conflict !== 'newest') return winner(view, conflict, 'rule');
  const { backup, current, deletedAt } = view;
  const backupAt = backup === undefined ? deletedAt : backup.updatedAt;
  const currentAt = current === undefined ? deletedAt : current.updatedAt;
  if (backup !== undefined && current !== undefined) return newest(view, backupAt, currentAt);
  return againstDeletion(view, backupAt, currentAt);
}

function newest(view: MergeView, backupAt: number | undefined, currentAt: number | undefined): MergeDecision {
  // Nobody knows: what is there is not replaced by a guess.
  if (backupAt === undefined || currentAt === undefined) return winner(view, 'current', 'unknown-time');
  if (currentAt > backupAt) return winner(view, 'current', 'newer-in-current');
  // Under one time the backup has what was written at that time; what is there was changed behind the back of its program.
  return winner(view, 'backup', currentAt === backupAt ? 'same-time' : 'newer-in-backup');
}

/** A record against a deletion: the record, unless the deletion is known to be later. */
function againstDeletion(view: MergeView, backupAt: number | undefined, currentAt: number | undefined): MergeDecision {
  if (view.current === undefined) {
    // A deletion whose time is known came after the backup was made, so after all changes that are in it.
    const isLater = currentAt !== undefined && (backupAt === undefined || currentAt >= backupAt);
    if (isLater) return winner(view, 'current', 'deleted-since');
    return winner(view, 'backup', currentAt === undefined ? 'unknown-time' : 'newer-in-backup');
  }
  if (backupAt === undefined || currentAt === undefined) return winner(view, 'current', 'unknown-time');
  return backupAt > currentAt ? winner(view, 'backup', 'newer-in-backup') : winner(view, 'current', 'newer-in-current');
}

function byFunction(view: MergeView, resolver: MergeResolver): MergeDecision {
  const choice = resolver(view);
  if (choice === 'backup' || choice === 'current') return winner(view, choice, 'rule');
  checkRecord(view, choice);
  if (isSame(view.current, choice)) return winner(view, 'current', 'rule');
  return { ...common(view), action: 'put', reason: 'rule', record: choice };
}

function checkRecord({ module, id }: MergeView, choice: DataRecord): void {
  if (typeof choice === 'object' && choice?.id === id && choice.data !== undefined) return;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected the rule for conflicts to give "backup", "current" or a record with the id "${id}", got something else`,
    { hint: `Look at what it gives for the module ${module}.` },
  );
}

function winner(view: MergeView, side: 'backup' | 'current', reason: MergeReason): MergeDecision {
  const { backup, current } = view;
  if (side === 'current') return { ...common(view), action: current === undefined ? 'skip' : 'keep', reason };
  if (backup === undefined) return { ...common(view), action: 'delete', reason };
  return { ...common(view), action: 'put', reason, record: backup };
}

const common = (view: MergeView): Pick<MergeDecision, 'module' | 'id' | 'isConflict' | 'view'> => ({
  module: view.module,
  id: view.id,
  isConflict: true,
  view,
});
