import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { BackupError, codeOf } from '../errors.ts';
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
import { changedRoots, changesBelow, changesOf, finishes } from './changes.ts';
import { atStep, type JournalEntry, newRestoreId, RestoreJournal } from './journal.ts';
import { rollBack } from './roll-back.ts';
import { makeSafetyBackup } from './safety-backup.ts';
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
 * Restores files over what is there: first a backup of that, then the restore, then its validation; when one of the two fails,
 * everything is made what it was before.
 *
 * @throws {BackupError} `RESTORE_ROLLED_BACK`, or `ROLLBACK_FAILED`, when the restore itself has thrown.
 */
export async function restoreSafely(parts: SafeRestoreParts, options: SafeRestoreOptions): Promise<SafeRestoreResult> {
  const { context } = parts;
  // What belongs to other modules is neither compared nor saved.
  const from = { ...parts.from, record: onlyModules(parts.from.record, options.modules) };
  const to = options.to === undefined ? undefined : resolve(options.to);
  const how = { ...options, to, inPlace: to === undefined ? true : undefined };
  const plan = await planRestore(context, from, how);
  const changes = to === undefined ? changesOf(plan) : changesBelow(plan);
  const roots = to === undefined ? changedRoots(from.record, changes) : [{ root: Buffer.from(to), display: to }];
  const what = { record: from.record, plan, changes, roots };
  const safetySnapshot = await makeSafetyBackup(parts.backup, what, { ...options, to });
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
    newRoots: roots
      .filter(({ root }) => to !== undefined || !existsSync(root))
      .map(({ root }) => root.toString('latin1')),
  };
  const step = (name: SafeRestoreStep['step']): void => options.onStep?.({ step: name, safetySnapshot });
  await journal.write(entry);
  try {
    step('restore');
    const result = await restore(context, from, how).catch(async (error: unknown) => {
      throw await backAfter(parts, { journal, entry, options, error });
    });
    step('validate');
    const validation = await validateInPlace(context, { from, result, changes }, options);
    const done = { plan, result, validation, safetySnapshot };
    if (validation.status !== 'failed') {
      await journal.remove(entry.id);
      if (result.status === 'ok') await forgetOlder(journal, entry, plan);
      return { ...done, status: result.status === 'ok' ? 'restored' : 'partial' };
    }
    if (!canGoBack(entry)) {
      await journal.remove(entry.id);
      return { ...done, status: 'failed' };
    }
    step('roll-back');
    await journal.write(atStep(entry, 'roll-back'));
    const rollback = await goBack(parts, journal, entry);
    return { ...done, rollback, status: rollback.status === 'ok' ? 'rolled-back' : 'failed' };
  } catch (error) {
    // It is not finished, and whoever comes next is told so.
    if (codeOf(error) !== 'RESTORE_ROLLED_BACK') await journal.release(entry).catch(() => undefined);
    throw error;
  }
}

/** What an older restore of the same has left half done is done now: to go back behind it would undo this one. */
async function forgetOlder(
  journal: RestoreJournal,
  { tenant, snapshot }: JournalEntry,
  plan: RestorePlan,
): Promise<void> {
  for (const older of await journal.unfinished()) {
    const isSame = older.into === undefined && older.tenant === tenant && older.snapshot === snapshot;
    if (isSame && finishes(plan, older.changes)) await journal.remove(older.id);
  }
}

/** Whether there is what going back needs. */
export const canGoBack = ({ safetySnapshot, changes }: JournalEntry): boolean =>
  safetySnapshot !== undefined || changes.every(({ isNew }) => isNew);

/** Goes back behind a restore that has thrown, unless somebody has given it up, who decides. @returns What to throw. */
async function backAfter(
  parts: SafeRestoreParts,
  after: {
    readonly journal: RestoreJournal;
    readonly entry: JournalEntry;
    readonly options: SafeRestoreOptions;
    readonly error: unknown;
  },
): Promise<unknown> {
  const { journal, entry, options, error } = after;
  if (!canGoBack(entry) || options.signal?.aborted === true || codeOf(error) === 'ABORTED') return error;
  const { safetySnapshot } = entry;
  options.onStep?.({ step: 'roll-back', safetySnapshot });
  const said = error instanceof Error ? error.message : String(error);
  try {
    await journal.write(atStep(entry, 'roll-back'));
    const { status, problems } = await goBack(parts, journal, entry);
    const details = problems.map(({ path, message }) => `${path}: ${message}`);
    if (status !== 'ok') return notRolledBack(entry, { cause: error, said, details });
  } catch (cause) {
    return notRolledBack(entry, { cause, said, details: [(cause as Error).message] });
  }
  const hint = safetySnapshot && `What was there before is also in the safety snapshot ${safetySnapshot}.`;
  return new BackupError('RESTORE_ROLLED_BACK', `The restore was rolled back, and all is as it was before: ${said}`, {
    cause: error,
    hint,
  });
}

function notRolledBack(
  { id, safetySnapshot }: JournalEntry,
  { said, ...more }: { readonly cause: unknown; readonly said: string; readonly details: readonly string[] },
): BackupError {
  const message = `Expected all to become what it was before a restore that has failed (${said}), but it did not`;
  return new BackupError('ROLLBACK_FAILED', message, {
    ...more,
    hint: `See to what was wrong, then roll the restore ${id} back again${safetySnapshot === undefined ? '' : `; the safety snapshot ${safetySnapshot} has what was there`}.`,
  });
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
