import { existsSync } from 'node:fs';

import { BackupError } from '../errors.ts';
import type { BackupOptions, BackupResult, RestorePlan, SafeRestoreOptions } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { type Change, type ChangedRoot, savedPaths } from './changes.ts';

/** What a restore of files is about to change. */
export interface FilesToSave {
  /** What is restored. */
  readonly record: SnapshotRecord;
  readonly plan: RestorePlan;
  readonly changes: readonly Change[];
  readonly roots: readonly ChangedRoot[];
}

/**
 * Saves what a restore replaces or deletes: the roots that it is in, or below a folder these paths alone.
 *
 * @returns The id of the snapshot; `undefined` when there is nothing to save, or that is not wanted.
 * @throws {BackupError} `SAFETY_INCOMPLETE` when something that would be replaced or deleted could not be saved.
 */
export async function makeSafetyBackup(
  backup: (options: BackupOptions) => Promise<BackupResult>,
  { record, plan, changes, roots }: FilesToSave,
  options: SafeRestoreOptions,
): Promise<string | undefined> {
  const there = roots.filter(({ root }) => existsSync(root));
  const isBelow = options.to !== undefined;
  const paths = there.flatMap(({ display }) => (isBelow ? savedPaths(changes, display) : [display]));
  if (options.safetyBackup === false || paths.length === 0) return undefined;
  options.onStep?.({ step: 'safety-backup' });
  const { snapshot, problems } = await backup({
    paths,
    kind: 'safety',
    // What is ignored is deleted, too.
    ignoreFiles: !isBelow && plan.counts.delete === 0,
    tenant: record.tenant.name,
    note: `before the restore of ${record.id}`,
    createdBy: options.createdBy,
    signal: options.signal,
    onProgress: options.onProgress,
  });
  const lost = isBelow ? problems.map(({ path }) => path) : lostOf(plan, problems);
  if (snapshot !== undefined && lost.length === 0) return snapshot.id;
  throw new BackupError(
    'SAFETY_INCOMPLETE',
    'Expected to save everything that the restore replaces, but some of it can not be read',
    {
      hint: 'Nothing was changed. Make these paths readable, or restore to another folder and move the files yourself.',
      details: lost,
    },
  );
}

/** What could not be read of what is replaced, or of a folder that is deleted. */
function lostOf({ actions }: RestorePlan, problems: BackupResult['problems']): string[] {
  const replaced = new Set(
    actions.filter(({ action }) => action === 'overwrite' || action === 'delete').map(({ path }) => path),
  );
  return problems.map(({ path }) => path).filter((path) => replaced.has(path));
}
