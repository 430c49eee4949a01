import { BackupError, codeOf } from '../errors.ts';
import type { RollbackResult, SafeRestoreOptions } from '../repository/contract.ts';
import type { RestoreFrom } from '../restore/restore.ts';
import type { RunContext } from '../run/context.ts';
import type { RestoreClaim } from './claims.ts';
import { atStep, type JournalEntry, type RestoreJournal } from './journal.ts';
import { rollBack } from './roll-back.ts';

/** What going back to how files were works with. */
export interface FilesReturn {
  readonly context: RunContext;
  /** A snapshot to restore from, by its id. */
  readonly find: (snapshot: string) => Promise<RestoreFrom>;
}

/** The same, of a restore that goes back by itself. */
export interface OwnFilesReturn extends FilesReturn {
  readonly options: SafeRestoreOptions;
  readonly journal: RestoreJournal;
  readonly entry: JournalEntry;
  readonly claim: RestoreClaim;
}

/** What rests is started again, so it has to be with one or the other. */
const rests = ({ service }: SafeRestoreOptions): boolean => service?.start !== undefined;

/** Whether there is what going back needs. */
export const canGoBack = ({ safetySnapshot, changes }: JournalEntry): boolean =>
  safetySnapshot !== undefined || changes.every(({ isNew }) => isNew);

/** Goes back behind a restore that has thrown, unless somebody has given it up, who decides. @returns What to throw. */
export async function backAfter(way: OwnFilesReturn, error: unknown): Promise<unknown> {
  const { journal, entry, options } = way;
  const isGivenUp = options.signal?.aborted === true || codeOf(error) === 'ABORTED';
  if (!canGoBack(entry) || (isGivenUp && !rests(options))) {
    // It is not finished, and whoever comes next is told so.
    await journal.release(entry).catch(() => undefined);
    return error;
  }
  const { safetySnapshot } = entry;
  options.onStep?.({ step: 'roll-back', safetySnapshot });
  const said = error instanceof Error ? error.message : String(error);
  try {
    const { status, problems } = await goBackByItself(way);
    const details = problems.map(({ path, message }) => `${path}: ${message}`);
    if (status !== 'ok') return notRolledBack(entry, { cause: error, said, details });
  } catch (cause) {
    await journal.release(atStep(entry, 'roll-back')).catch(() => undefined);
    return notRolledBack(entry, { cause, said, details: [(cause as Error).message] });
  }
  const hint = safetySnapshot && `What was there before is also in the safety snapshot ${safetySnapshot}.`;
  return new BackupError('RESTORE_ROLLED_BACK', `The restore was rolled back, and all is as it was before: ${said}`, {
    cause: error,
    hint,
  });
}

/** From now on nobody else begins there; those who have begun keep what they have written. */
export async function goBackByItself(way: OwnFilesReturn): Promise<RollbackResult> {
  const { journal, entry, claim } = way;
  await claim.becomeReturn().catch(() => false);
  await journal.write(atStep(entry, 'roll-back'));
  return await goBack(way, journal, entry);
}

/** What to throw when going back has failed. */
export function notRolledBack(
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
  { context, find }: FilesReturn,
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
