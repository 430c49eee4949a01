import { existsSync } from 'node:fs';
import { checkAborted } from '../run/abort.ts';
import { busy } from './failure.ts';
import { writeFresh } from './fresh-database.ts';
import { untilFree } from './holders.ts';
import { livePlace, type LivePlace, pathError } from './live-place.ts';
import { type PrivateFolder, takeFolder } from './private-folder.ts';
import { readJournal } from './restore-journal.ts';
import type {
  RecoveredState,
  RestoreSqliteOptions,
  RestoreSqliteResult,
  SqliteRestoreHooks,
} from './restore-options.ts';
import { RestoreRun } from './restore-run.ts';

/**
 * Restores a database of SQLite over a live one.
 *
 * The new database is written and checked beside the old one first. Then the service is stopped, the new database takes the old one's
 * place in one step (what was beside the old one, its `-wal` say, goes with it), is checked again, and the service is started. When a
 * check fails or the service does not start, the old database is put back as it was, and the service is started with that. A
 * process that is killed on the way leaves a journal: the next restore, or {@link recoverSqliteRestore}, ends in the old or the new
 * state, never between. Both databases take room until then.
 *
 * @throws {BackupError} `DATABASE_BUSY` when somebody has the database open, and no `stop` ends that; `NOT_A_DATABASE`, `DATABASE_DAMAGED`
 * when what is to be restored is no sound database, `PATH_FAILED`, `ABORTED`: all of these before anything was replaced.
 * `RESTORE_ROLLED_BACK` afterwards. What `read` throws.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { runCommand } from '@x/backup-store/command';
 * import { restoreSqlite } from '@x/backup-store/sqlite';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * await restoreSqlite({
 *   to: '/srv/app/app.db',
 *   read: repository.read('latest', { path: 'app.db' }),
 *   stop: async () => void (await runCommand({ command: 'systemctl', args: ['stop', 'app'] })),
 *   start: async () => void (await runCommand({ command: 'systemctl', args: ['start', 'app'] })),
 * });
 * ```
 */
export async function restoreSqlite(options: RestoreSqliteOptions): Promise<RestoreSqliteResult> {
  const place = await livePlace(options.to);
  using folder = await takePlace(place);
  let recovered: RecoveredState = 'none';
  const journal = readJournal(place);
  if (journal !== undefined) {
    recovered = await new RestoreRun({ place, folder, hooks: options, journal }).recover();
    return { ...(await restoreSqlite(options)), recovered };
  }
  const { written, replaced } = await prepare(place, folder, options);
  await new RestoreRun({ place, folder, hooks: options }).replace(written.facts);
  return { path: place.target, ...written, replaced, recovered };
}

/** Nothing is left of what could not be prepared. */
async function prepare(
  place: LivePlace,
  folder: PrivateFolder,
  options: RestoreSqliteOptions,
): Promise<{
  readonly written: Awaited<ReturnType<typeof writeFresh>>;
  readonly replaced: boolean;
}> {
  try {
    await folder.clear();
    if (options.stop === undefined) await untilFree(place.target, { waitMs: 0, signal: options.signal });
    const written = await writeFresh(place, options);
    checkAborted(options.signal);
    options.onEvent?.({ type: 'restore.prepared', bytes: written.bytes });
    return { written, replaced: existsSync(place.target) };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/**
 * Ends a restore that was killed, if there was one: with the new database when that had been found sound where it is, else with the
 * old one. The hooks are those of the restore.
 *
 * @returns The database that is there now; `none` when no restore was killed.
 * @throws {BackupError} `DATABASE_BUSY`, `RESTORE_ROLLED_BACK`, `PATH_FAILED`, `OBJECT_INVALID` for a journal that is none.
 */
export async function recoverSqliteRestore(
  options: SqliteRestoreHooks & { readonly to: string },
): Promise<RecoveredState> {
  const place = await livePlace(options.to);
  if (!existsSync(place.folder)) return 'none';
  using folder = await takePlace(place);
  const journal = readJournal(place);
  if (journal !== undefined) return await new RestoreRun({ place, folder, hooks: options, journal }).recover();
  await folder.remove();
  return 'none';
}

async function takePlace({ folder, target }: LivePlace): Promise<PrivateFolder> {
  const taken = await takeFolder(folder).catch((error: unknown) => {
    throw pathError(folder, error);
  });
  if (taken === undefined) throw busy(target, [], 'got another restore at work');
  return taken;
}
