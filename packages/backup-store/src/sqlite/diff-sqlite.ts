import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { compareDatabases } from '../comparison/compare-databases.ts';
import type { DumpDiffOptions, DataDifference } from '../comparison/contract.ts';
import { BackupError } from '../errors.ts';
import { askSqlite } from './ask-sqlite.ts';
import { newFolder } from './private-folder.ts';
import { sqliteView } from './sqlite-view.ts';
import { pathError } from './live-place.ts';

const WAIT_MS = 10_000;

/** Options of {@link diffSqlite}. */
export interface DiffSqliteOptions extends DumpDiffOptions {
  /** Path of the live database. */
  readonly live: string;
  /** Folder that both databases are copied to, which takes as much room as they do. Default: the live one's own. */
  readonly workDirectory?: string | undefined;
  /** How long to wait for a lock that somebody else has, in milliseconds. Default 10,000. */
  readonly waitMs?: number | undefined;
}

/**
 * What differs between a database of SQLite in a snapshot and the live one: per table its columns, indexes and triggers, and rows by their primary
 * key; of tables without one (and in databases that are not UTF-8), whether all rows are the same. The live one is copied first, as by a backup, so that it is
 * read in one state while others write. Both copies go in the end. Rows are read in the order of the keys, one of each side at a time.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND`; `PATH_NOT_FOUND`; `DATABASE_NOT_FOUND`, `DATABASE_BUSY`, `DATABASE_DAMAGED`, `NOT_A_DATABASE`,
 * `PATH_FAILED`; `ABORTED`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { diffSqlite } from '@x/backup-store/sqlite';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const what = { repository, snapshot: 'latest', path: 'app.db', live: '/srv/app/app.db' };
 * for await (const { name, change, removed } of diffSqlite(what)) if (change !== 'same') console.log(name, change, removed?.ids);
 * ```
 */
export async function* diffSqlite(options: DiffSqliteOptions): AsyncGenerator<DataDifference, void, undefined> {
  const { repository, tenant, path, waitMs = WAIT_MS, signal } = options;
  const { id } = await repository.snapshot(options.snapshot, tenant === undefined ? undefined : { tenant });
  const live = resolve(options.live);
  if ((await stat(live).catch(() => undefined))?.isFile() !== true)
    throw new BackupError('DATABASE_NOT_FOUND', `Expected a live database at ${live}, got none`, {
      hint: 'Look at the spelling, and at the folder it is relative to.',
    });
  const folder = await newFolder(join(resolve(options.workDirectory ?? dirname(live)), `.${basename(live)}.diff-`));
  try {
    const [before, after] = [join(folder.path, 'backup'), join(folder.path, 'live')];
    const file = createWriteStream(before, { flags: 'wx', mode: 0o600 });
    await pipeline(repository.read(id, { path, signal }), file, { signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw pathError(before, error);
    });
    await askSqlite('copy', { from: live, to: after, waitMs }, { path: live, signal });
    const sides = { path, before: sqliteView({ path: before }), after: sqliteView({ path: after }) };
    yield* compareDatabases(sides, options);
  } finally {
    await folder.remove();
  }
}
