import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import type {
  BackupOptions,
  BackupResult,
  RestoreOptions,
  RestorePlan,
  SafeRestoreOptions,
  SafeRestoreResult,
} from '../repository/contract.ts';
import { planRestore, restore } from '../restore/restore.ts';
import { joinPath } from '../run/display-path.ts';
import { HeldService } from '../service/held-service.ts';
import { ServiceNotes } from '../service/notes.ts';
import { locateAll, pathsOf, sourceRoot } from '../snapshots/locate.ts';
import { onlyModules } from '../snapshots/modules.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import { changedRoots, changesBelow, changesOf, finishes } from './changes.ts';
import { RestoreClaims } from './claims.ts';
import { endFailed } from './failed.ts';
import {
  backAfter,
  canGoBack,
  type FilesReturn,
  goBackByItself,
  type OwnFilesReturn,
  notRolledBack,
} from './files-return.ts';
import { atStep, type JournalEntry, newRestoreId, RestoreJournal } from './journal.ts';
import { makeSafetyBackup } from './safety-backup.ts';
import { validateInPlace } from './validation.ts';

/** What a safe restore works with. */
export interface SafeRestoreParts extends FilesReturn {
  readonly from: TenantSnapshot;
  readonly backup: (options: BackupOptions) => Promise<BackupResult>;
}

interface Attempt extends SafeRestoreParts, OwnFilesReturn {
  readonly plan: RestorePlan;
  /** Restores that others had left unfinished when it began. */
  readonly leftBefore: ReadonlySet<string>;
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
  await using claim = await new RestoreClaims(context.cacheFolder).take({ roots: rootsOf(record, options) }, 'restore');
  const where = options.to === undefined ? 'in place' : `to ${options.to}`;
  const reason = `the restore of ${record.id.slice(0, 8)} ${where}`;
  const about = { tenant: record.tenant.name, reason, restore: id, signal: options.signal };
  const service = await HeldService.stop(new ServiceNotes(context), options.service ?? {}, about);
  let attempt: Attempt | undefined;
  try {
    attempt = await begin({ ...parts, from }, options, { id, claim });
    return await restoreAndStart(attempt, service);
  } catch (error) {
    throw await endFailed({ service, attempt }, error);
  }
}

/** Where files may be changed, one character a byte. */
function rootsOf(record: SnapshotRecord, options: SafeRestoreOptions): string[] {
  if (options.to !== undefined) return [Buffer.from(options.to).toString('latin1')];
  const parts = locateAll(record, pathsOf(options));
  return parts.map(({ source, within }) => joinPath(sourceRoot(source), within).toString('latin1'));
}

/** Looks, saves, and notes on disk what going back would need. */
async function begin(
  parts: SafeRestoreParts,
  options: SafeRestoreOptions,
  { id, claim }: Pick<Attempt, 'claim'> & { readonly id: string },
): Promise<Attempt> {
  const { context, from } = parts;
  const { to } = options;
  const journal = new RestoreJournal(context.cacheFolder);
  const leftBefore = new Set((await journal.unfinished()).map((each) => each.id));
  const plan = await planRestore(context, from, placed(options));
  const changes = to === undefined ? changesOf(plan) : changesBelow(plan);
  const roots = to === undefined ? changedRoots(from.record, changes) : [{ root: Buffer.from(to), display: to }];
  const what = { record: from.record, plan, changes, roots };
  const safetySnapshot = await makeSafetyBackup(parts.backup, what, options);
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
  return { ...parts, options, plan, journal, entry, claim, leftBefore };
}

const placed = (options: SafeRestoreOptions): RestoreOptions => ({
  ...options,
  inPlace: options.to === undefined ? true : undefined,
});

type Done = Omit<SafeRestoreResult, 'status'>;

/** Done when the service works with what was restored. */
async function restoreAndStart(attempt: Attempt, service: HeldService): Promise<SafeRestoreResult> {
  const { journal, entry, options } = attempt;
  let done: Done;
  try {
    done = await restoreOnce(attempt);
  } catch (error) {
    throw await backAfter(attempt, error);
  }
  if (done.validation.status === 'failed') return await withoutIt(attempt, done, service);
  // Whoever comes after a kill starts the service with what is there from now on, and goes back when it does not start. Where that can't be
  // noted, they go back.
  if (options.service?.startBy !== undefined) await journal.write(atStep(entry, 'start')).catch(() => undefined);
  try {
    await service.start();
  } catch (error) {
    await service.stopAgain().catch(() => undefined);
    if (canGoBack(entry)) throw await backAfter(attempt, error);
    await journal.remove(entry.id);
    throw error;
  }
  const isWhole = done.result.status === 'ok';
  await journal.remove(entry.id);
  if (isWhole) await forgetOlder(attempt);
  await service.end();
  return { ...done, status: isWhole ? 'restored' : 'partial' };
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
    await service.end();
    return { ...done, status: 'failed' };
  }
  options.onStep?.({ step: 'roll-back', safetySnapshot: entry.safetySnapshot });
  const rollback = await goBackByItself(attempt).catch(async (cause: unknown) => {
    await journal.release(atStep(entry, 'roll-back')).catch(() => undefined);
    const said = done.validation.problems[0]?.message ?? '';
    throw notRolledBack(entry, { cause, said, details: [(cause as Error).message] });
  });
  if (rollback.status === 'ok') {
    await service.start();
    await service.end();
  } else await service.leave(undefined);
  return { ...done, rollback, status: rollback.status === 'ok' ? 'rolled-back' : 'failed' };
}

/** What an older restore of the same has left half done is done now: to go back behind it would undo this one. */
async function forgetOlder({ journal, entry, plan, leftBefore }: Attempt): Promise<void> {
  const { tenant, snapshot } = entry;
  for (const older of await journal.unfinished()) {
    const isSame = older.into === undefined && older.tenant === tenant && older.snapshot === snapshot;
    if (isSame && leftBefore.has(older.id) && finishes(plan, older.changes)) await journal.remove(older.id);
  }
}
