import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { BackupError, codeOf } from '../errors.ts';
import type {
  BackupOptions,
  BackupResult,
  RestoreOptions,
  RestorePlan,
  RollbackResult,
  SafeRestoreOptions,
  SafeRestoreResult,
} from '../repository/contract.ts';
import { planRestore, restore, type RestoreFrom } from '../restore/restore.ts';
import type { RunContext } from '../run/context.ts';
import { joinPath } from '../run/display-path.ts';
import { HeldService } from '../service/held-service.ts';
import { ServiceNotes } from '../service/notes.ts';
import { locateAll, pathsOf, sourceRoot } from '../snapshots/locate.ts';
import { onlyModules } from '../snapshots/modules.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import { changedRoots, changesBelow, changesOf, finishes } from './changes.ts';
import { RestoreClaims } from './claims.ts';
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

interface Attempt extends SafeRestoreParts {
  readonly options: SafeRestoreOptions;
  readonly plan: RestorePlan;
  readonly journal: RestoreJournal;
  readonly entry: JournalEntry;
}

/**
 * Restores files over what is there: first a backup of that, then the restore, then its validation; when one of the two fails,
 * everything is made what it was before. What works with the files rests meanwhile.
 *
 * @throws {BackupError} `RESTORE_ROLLED_BACK`, or `ROLLBACK_FAILED`, when the restore itself has thrown, or the service does not start.
 */
export async function restoreSafely(parts: SafeRestoreParts, given: SafeRestoreOptions): Promise<SafeRestoreResult> {
  const { context } = parts;
  // What belongs to other modules is neither compared nor saved.
  const from = { ...parts.from, record: onlyModules(parts.from.record, given.modules) };
  const options = { ...given, to: given.to === undefined ? undefined : resolve(given.to) };
  const { record } = from;
  const id = newRestoreId();
  // Before anything is stopped or looked at: who goes back there has both under way.
  await using _ = await new RestoreClaims(context.cacheFolder).take({ roots: rootsOf(record, options) }, 'restore');
  const where = options.to === undefined ? 'in place' : `to ${options.to}`;
  const reason = `the restore of ${record.id.slice(0, 8)} ${where}`;
  const about = { tenant: record.tenant.name, reason, restore: id, signal: options.signal };
  const service = await HeldService.stop(new ServiceNotes(context), options.service ?? {}, about);
  try {
    return await restoreAndStart(await begin({ ...parts, from }, options, id), service);
  } catch (error) {
    throw codeOf(error) === 'ROLLBACK_FAILED' ? await service.leave(error) : await service.startAfter(error);
  }
}

/** Where files may be changed, one character a byte. */
function rootsOf(record: SnapshotRecord, options: SafeRestoreOptions): string[] {
  if (options.to !== undefined) return [Buffer.from(options.to).toString('latin1')];
  const parts = locateAll(record, pathsOf(options));
  return parts.map(({ source, within }) => joinPath(sourceRoot(source), within).toString('latin1'));
}

/** Looks, saves, and notes on disk what going back would need. */
async function begin(parts: SafeRestoreParts, options: SafeRestoreOptions, id: string): Promise<Attempt> {
  const { context, from } = parts;
  const { to } = options;
  const plan = await planRestore(context, from, placed(options));
  const changes = to === undefined ? changesOf(plan) : changesBelow(plan);
  const roots = to === undefined ? changedRoots(from.record, changes) : [{ root: Buffer.from(to), display: to }];
  const what = { record: from.record, plan, changes, roots };
  const safetySnapshot = await makeSafetyBackup(parts.backup, what, options);
  const journal = new RestoreJournal(context.cacheFolder);
  const entry: JournalEntry = {
    id,
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
  await journal.write(entry);
  return { ...parts, options, plan, journal, entry };
}

const placed = (options: SafeRestoreOptions): RestoreOptions => ({
  ...options,
  inPlace: options.to === undefined ? true : undefined,
});

type Done = Omit<SafeRestoreResult, 'status'>;

/** Done when the service works with what was restored. */
async function restoreAndStart(attempt: Attempt, service: HeldService): Promise<SafeRestoreResult> {
  const { journal, entry, options, plan } = attempt;
  let done: Done;
  try {
    done = await restoreOnce(attempt);
  } catch (error) {
    throw await backAfter(attempt, error);
  }
  if (done.validation.status === 'failed') return await withoutIt(attempt, done, service);
  if (rests(options)) {
    // Whoever comes after a kill starts the service with what is there from now on, and goes back when it does not start.
    await journal.write(atStep(entry, 'start'));
    try {
      await service.start();
    } catch (error) {
      await service.stopAgain().catch(() => undefined);
      if (canGoBack(entry)) throw await backAfter(attempt, error);
      await journal.remove(entry.id);
      throw error;
    }
  }
  await journal.remove(entry.id);
  if (done.result.status !== 'ok') return { ...done, status: 'partial' };
  await forgetOlder(journal, entry, plan);
  return { ...done, status: 'restored' };
}

async function restoreOnce({ context, from, options, plan, entry }: Attempt): Promise<Done> {
  const { safetySnapshot, changes } = entry;
  options.onStep?.({ step: 'restore', safetySnapshot });
  const result = await restore(context, from, placed(options));
  options.onStep?.({ step: 'validate', safetySnapshot });
  const validation = await validateInPlace(context, { from, result, changes }, options);
  return { plan, result, validation, safetySnapshot };
}

/** What was restored is not as it should be. The service starts with one or the other, and not with half of both. */
async function withoutIt(attempt: Attempt, done: Done, service: HeldService): Promise<SafeRestoreResult> {
  const { journal, entry, options } = attempt;
  if (!canGoBack(entry)) {
    await journal.remove(entry.id);
    await service.start();
    return { ...done, status: 'failed' };
  }
  options.onStep?.({ step: 'roll-back', safetySnapshot: entry.safetySnapshot });
  await journal.write(atStep(entry, 'roll-back'));
  const rollback = await goBack(attempt, journal, entry).catch(async (cause: unknown) => {
    await journal.release(atStep(entry, 'roll-back')).catch(() => undefined);
    const said = done.validation.problems[0]?.message ?? '';
    throw notRolledBack(entry, { cause, said, details: [(cause as Error).message] });
  });
  if (rollback.status === 'ok') await service.start();
  else await service.leave(undefined);
  return { ...done, rollback, status: rollback.status === 'ok' ? 'rolled-back' : 'failed' };
}

/** What rests is started again, so it has to be with one or the other. */
const rests = ({ service }: SafeRestoreOptions): boolean => service?.start !== undefined;

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
async function backAfter(attempt: Attempt, error: unknown): Promise<unknown> {
  const { journal, entry, options } = attempt;
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
    await journal.write(atStep(entry, 'roll-back'));
    const { status, problems } = await goBack(attempt, journal, entry);
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
