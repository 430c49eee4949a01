import { existsSync } from 'node:fs';

import { BackupError } from '../errors.ts';
import type {
  BackupOptions,
  BackupResult,
  RestorePlan,
  RollbackResult,
  SafeRestoreOptions,
  SafeRestoreResult,
  SafeRestoreStep,
} from '../repository/contract.ts';
import { planRestore, restore, type RestoreFrom } from '../restore/restore.ts';
import type { RunContext } from '../run/context.ts';
import { onlyModules } from '../snapshots/modules.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import { type ChangedRoot, changedRoots, changesOf } from './changes.ts';
import { atStep, type JournalEntry, newRestoreId, RestoreJournal } from './journal.ts';
import { rollBack } from './roll-back.ts';
import { validateInPlace } from './validation.ts';

/** What a safe restore works with. */
export interface SafeRestoreParts {
  readonly context: RunContext;
  readonly from: TenantSnapshot;
  readonly backup: (options: BackupOptions) => Promise<BackupResult>;
  /** A snapshot to restore from, by its id. */
  readonly find: (snapshot: string) => Promise<RestoreFrom>;
}

/**
 * Restores to the original paths: first a backup of what is there, then the restore, then its validation; when that fails,
 * everything is made what it was before.
 */
export async function restoreSafely(parts: SafeRestoreParts, options: SafeRestoreOptions): Promise<SafeRestoreResult> {
  const { context } = parts;
  // What belongs to other modules is neither compared nor saved.
  const from = { ...parts.from, record: onlyModules(parts.from.record, options.modules) };
  const inPlace = { ...options, inPlace: true };
  const plan = await planRestore(context, from, inPlace);
  const changes = changesOf(plan);
  const roots = changedRoots(from.record, changes);
  const safetySnapshot = await makeSafetyBackup(parts, { options, plan, roots });
  const journal = new RestoreJournal(context.cacheFolder);
  const entry: JournalEntry = {
    id: newRestoreId(),
    tenant: from.record.tenant.name,
    snapshot: from.record.id,
    path: options.path,
    safetySnapshot,
    startedAt: new Date(context.clock()).toISOString(),
    step: 'restore',
    roots: roots.map(({ display }) => display),
    changes,
    newRoots: roots.filter(({ root }) => !existsSync(root)).map(({ root }) => root.toString('latin1')),
  };
  const step = (name: SafeRestoreStep['step']): void => options.onStep?.({ step: name, safetySnapshot });
  await journal.write(entry);
  try {
    step('restore');
    const result = await restore(context, from, inPlace);
    step('validate');
    const validation = await validateInPlace(context, { from, result, changes }, options);
    const done = { plan, result, validation, safetySnapshot };
    if (validation.status !== 'failed') {
      await journal.remove(entry.id);
      return { ...done, status: result.status === 'ok' ? 'restored' : 'partial' };
    }
    if (options.safetyBackup === false && changes.some(({ isNew }) => !isNew)) {
      await journal.remove(entry.id);
      return { ...done, status: 'failed' };
    }
    step('roll-back');
    await journal.write(atStep(entry, 'roll-back'));
    const rollback = await goBack(parts, journal, entry);
    return { ...done, rollback, status: rollback.status === 'ok' ? 'rolled-back' : 'failed' };
  } catch (error) {
    // It is not finished, and whoever comes next is told so.
    await journal.release(entry).catch(() => undefined);
    throw error;
  }
}

/** Rolls back what a journal has of files; the entry goes when all is as it was. */
export async function goBack(
  { context, find }: Pick<SafeRestoreParts, 'context' | 'find'>,
  journal: RestoreJournal,
  entry: JournalEntry,
): Promise<RollbackResult> {
  const safety = entry.safetySnapshot === undefined ? undefined : await find(entry.safetySnapshot);
  // Not to be ended halfway by whoever has given up the restore.
  const result = await rollBack(context, entry, { safety });
  if (result.status === 'ok') await journal.remove(entry.id);
  else await journal.release(atStep(entry, 'roll-back'));
  context.emit('restore.rolledBack', { snapshot: entry.snapshot, status: result.status });
  return result;
}

/** @throws {BackupError} `SAFETY_INCOMPLETE` when something that would be replaced or deleted could not be saved. */
async function makeSafetyBackup(
  { from, backup }: SafeRestoreParts,
  { options, plan, roots }: { options: SafeRestoreOptions; plan: RestorePlan; roots: readonly ChangedRoot[] },
): Promise<string | undefined> {
  const paths = roots.filter(({ root }) => existsSync(root)).map(({ display }) => display);
  if (options.safetyBackup === false || paths.length === 0) return undefined;
  options.onStep?.({ step: 'safety-backup' });
  const { snapshot, problems } = await backup({
    paths,
    kind: 'safety',
    tenant: from.record.tenant.name,
    note: `before the restore of ${from.record.id}`,
    createdBy: options.createdBy,
    signal: options.signal,
    onProgress: options.onProgress,
  });
  const replaced = new Set(
    plan.actions.filter(({ action }) => action === 'overwrite' || action === 'delete').map(({ path }) => path),
  );
  const lost = problems.map(({ path }) => path).filter((path) => replaced.has(path));
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
