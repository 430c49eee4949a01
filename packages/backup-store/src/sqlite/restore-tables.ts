import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { checkTables, chooseTables, refuseThere } from '../databases/table-choice.ts';
import { BackupError } from '../errors.ts';
import { askSqlite } from './ask-sqlite.ts';
import { damaged } from './failure.ts';
import { livePlace, pathError } from './live-place.ts';
import { newFolder } from './private-folder.ts';

/** How long to wait for a writer, in milliseconds. */
export const WAIT_MS = 10_000;

/** Options of {@link restoreSqliteTables}. */
export interface RestoreSqliteTablesOptions {
  /** The database file. It has to be there; services may have it open. */
  readonly to: string;
  /** The database that was backed up: what `repository.read(snapshot, { path })` gives. */
  readonly read: AsyncIterable<Uint8Array>;
  /** Names, or patterns with `*` and `?`. */
  readonly tables: readonly string[];
  /** Replaces those that are there. Default: they are refused. */
  readonly clean?: boolean | undefined;
  /** How long to wait for others who write, in milliseconds. Default: 10,000. */
  readonly waitMs?: number | undefined;
  /** Told the names of all tables, right before the transaction that puts them. */
  readonly onPut?: ((tables: readonly string[]) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was restored. */
export interface RestoreSqliteTablesResult {
  /** Where the database is, links followed. */
  readonly path: string;
  readonly tables: readonly string[];
  /** Those of them that were there before. */
  readonly replaced: readonly string[];
  /** Of the whole database that was read. */
  readonly bytes: number;
}

/**
 * Restores single tables of a database of SQLite, with rows, row ids, indexes and triggers, into one that may be in use: in one transaction, so that others see the old tables or the
 * new ones. The database that was backed up is written and checked beside the other first.
 *
 * @throws {BackupError} `DATABASE_NOT_FOUND` when the backup has no such table, or there is no database; `ALREADY_EXISTS`, without `clean`; `TABLE_IN_USE` when rows of other tables would
 * refer to nothing; `INVALID_OPTION`, also for virtual tables; `DATABASE_BUSY`, `DATABASE_DAMAGED`, `NOT_A_DATABASE`, `PATH_FAILED`, `ABORTED`; what `read` throws. Nothing was changed then.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { restoreSqliteTables } from '@x/backup-store/sqlite';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const read = repository.read('latest', { path: 'app.db' });
 * await restoreSqliteTables({ to: '/srv/app/app.db', read, tables: ['bookings'], clean: true });
 * ```
 */
export async function restoreSqliteTables(options: RestoreSqliteTablesOptions): Promise<RestoreSqliteTablesResult> {
  checkTables(options.tables);
  return await exchangeTables(options, []);
}

/** The same, and drops tables, in one transaction. @throws {BackupError} as {@link restoreSqliteTables} does. */
export async function exchangeTables(
  options: RestoreSqliteTablesOptions,
  drops: readonly string[],
): Promise<RestoreSqliteTablesResult> {
  const { tables: patterns, clean = false, waitMs = WAIT_MS, signal } = options;
  const { target } = await livePlace(options.to);
  await demandDatabase(target);
  using folder = await newFolder(join(dirname(target), `.${basename(target)}.tables-`));
  try {
    const from = join(folder.path, 'restored');
    const about = { path: 'what is restored', signal };
    const bytes = await write(options, from);
    const { problems } = await askSqlite('check', { path: from, check: 'quick' }, about);
    if (problems.length > 0) throw damaged('what is restored', problems);
    const { tables } = await askSqlite('tables', { path: from }, about);
    const chosen = chooseTables(patterns, tables);
    refuseVirtual(chosen);
    const names = chosen.map(({ name }) => name);
    options.onPut?.(names);
    const call = { from, path: target, names, replaces: clean, drops, waitMs };
    const { isDone, replaced, broken } = await askSqlite('put', call, { path: target, signal });
    if (broken.length > 0) throw inUse(broken);
    if (!isDone)
      refuseThere(
        replaced.map((name) => ({ name })),
        { database: target, clean },
      );
    return { path: target, tables: names, replaced, bytes };
  } finally {
    await folder.remove();
  }
}

/** Drops tables in one transaction, and nothing else. @throws {BackupError} as {@link restoreSqliteTables} does. */
export async function dropTables(
  { to, waitMs = WAIT_MS }: Pick<RestoreSqliteTablesOptions, 'to' | 'waitMs'>,
  drops: readonly string[],
): Promise<void> {
  if (drops.length === 0) return;
  const { target } = await livePlace(to);
  const call = { from: ':memory:', path: target, names: [], replaces: true, drops, waitMs };
  const { broken } = await askSqlite('put', call, { path: target });
  if (broken.length > 0) throw inUse(broken);
}

async function demandDatabase(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new BackupError('DATABASE_NOT_FOUND', `Expected a database at ${target}, got nothing`, {
    hint: 'Tables are restored into a database that is there; without tables, all of it is restored.',
  });
}

async function write({ read, signal }: RestoreSqliteTablesOptions, to: string): Promise<number> {
  const file = createWriteStream(to, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(read, file, { signal });
    return file.bytesWritten;
  } catch (error) {
    signal?.throwIfAborted();
    throw pathError(to, error);
  }
}

/** Their rows are in other tables, and only their module knows how. */
function refuseVirtual(tables: readonly { readonly name: string; readonly isVirtual: boolean }[]): void {
  const [virtual] = tables.filter(({ isVirtual }) => isVirtual);
  if (virtual === undefined) return;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected tables with rows of their own, got the virtual table ${virtual.name}`,
    {
      hint: 'Nothing was changed. Restore the whole database beside this one, and make the virtual table anew from it.',
    },
  );
}

const inUse = (broken: readonly string[]): BackupError =>
  new BackupError('TABLE_IN_USE', 'Expected that rows and views find what they refer to, got some that would not', {
    details: broken,
    hint: 'Nothing was changed. Restore the tables that refer to each other together; drop what others have made of them.',
  });
