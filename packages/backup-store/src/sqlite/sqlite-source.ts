import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BackupError } from '../errors.ts';
import type { BackupSource, SourceEntry, SourceRun } from '../source/contract.ts';
import { askSqlite, type SqliteCheck } from './ask-sqlite.ts';
import { chunkBytesOf } from './chunk-bytes.ts';
import { damaged } from './failure.ts';
import { newFolder } from './private-folder.ts';

const PIECE_BYTES = 1024 * 1024;
const WAIT_MS = 10_000;

/** Options of {@link sqliteSource}. */
export interface SqliteSourceOptions {
  /** The database file. */
  readonly path: string;
  /** Where it comes back below a restore folder. Default: the file's name. */
  readonly name?: string | undefined;
  /**
   * How the copy is checked before anything of it is stored: `full` (default) is SQLite's `integrity_check`, `quick` its
   * `quick_check`; `false` keeps what is there, sound or not.
   */
  readonly check?: SqliteCheck | false | undefined;
  /** Folder for the copy, which takes as much room as the database while the backup runs. Default: the database's own. */
  readonly workDirectory?: string | undefined;
  /** How long to wait for a lock that somebody else has, in milliseconds. Default 10,000. */
  readonly waitMs?: number | undefined;
  /** Bytes of a chunk: a multiple of the page size. Default: 8 KiB, more for a page or a database too large for that. */
  readonly chunkBytes?: number | undefined;
}

/**
 * Backs up a database of SQLite while others write to it: one state of it, checked, as one file that needs no `-wal` beside it.
 *
 * SQLite's online backup makes a copy, inside of one read transaction, so that it never begins again. In WAL mode nobody waits for
 * anybody. In the other modes who commits waits (or gets `SQLITE_BUSY` after its own timeout) while the copy is made. The
 * copy has a folder of its own, for this user only, which goes with the run, or with the next one if this one is killed.
 *
 * The source fails with `DATABASE_NOT_FOUND`, `NOT_A_DATABASE` (also for encrypted ones), `DATABASE_DAMAGED`, `DATABASE_BUSY` (for all of
 * `waitMs`), `PATH_FAILED` (no room, no right to).
 *
 * @throws {BackupError} `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { sqliteSource } from '@x/backup-store/sqlite';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * await repository.backup({ sources: [sqliteSource({ path: '/srv/app/app.db' })] });
 * ```
 */
export function sqliteSource(options: SqliteSourceOptions): BackupSource {
  const { path, name = basename(path), waitMs = WAIT_MS } = options;
  if (path === '') throw new BackupError('INVALID_OPTION', 'Expected the path of a database, got an empty one');
  if (!Number.isSafeInteger(waitMs) || waitMs < 0)
    throw new BackupError('INVALID_OPTION', `Expected waitMs to be whole milliseconds from 0, got ${waitMs}`);
  return {
    name,
    kind: 'sqlite',
    async *read(run) {
      const { mode } = await statOf(path);
      const mtimeNs = await changedNs(path);
      const folder = resolve(options.workDirectory ?? dirname(path));
      const place = await newFolder(join(folder, `.${basename(path)}.backup-`));
      try {
        const copy = join(place.path, 'copy');
        const chunkBytes = await copyAndCheck({ ...options, waitMs }, copy, run);
        yield { path: '', content: contentOf(copy), mode: mode & 0o777, mtimeNs, chunkBytes } satisfies SourceEntry;
      } finally {
        await place.remove();
      }
    },
    async check() {
      await statOf(path);
    },
  };
}

/** @throws {BackupError} `DATABASE_NOT_FOUND`, `NOT_A_DATABASE`, `PATH_FAILED`. */
async function statOf(path: string): Promise<{ readonly mode: number }> {
  const facts = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const isAbsent = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    throw new BackupError(
      isAbsent ? 'DATABASE_NOT_FOUND' : 'PATH_FAILED',
      `Expected a database at ${path}, got ${isAbsent ? 'nothing' : cause.message}`,
      { cause, hint: isAbsent ? 'Look at the spelling, and at the folder it is relative to.' : undefined },
    );
  });
  if (facts.isFile()) return facts;
  throw new BackupError('NOT_A_DATABASE', `Expected a database at ${path}, got no file`);
}

/** When it was changed last. A database that has not changed makes the same entry again, which is not stored again. */
async function changedNs(path: string): Promise<bigint | undefined> {
  const files = await Promise.all(
    [path, `${path}-wal`].map(async (each) => await stat(each, { bigint: true }).catch(() => undefined)),
  );
  const times = files.filter((facts) => facts !== undefined && facts.size > 0n).map((facts) => facts?.mtimeNs ?? 0n);
  return times.toSorted((a, b) => Number(b - a))[0];
}

/** @returns The length of chunks. */
async function copyAndCheck(
  options: SqliteSourceOptions & { readonly waitMs: number },
  copy: string,
  { signal, describe }: SourceRun,
): Promise<number> {
  const { path, waitMs, check = 'full' } = options;
  const facts = await askSqlite('copy', { from: resolve(path), to: copy, waitMs }, { path, signal });
  const chunkBytes = chunkBytesOf(facts, options.chunkBytes);
  describe({ ...facts, chunkBytes, check: check === false ? 'none' : check });
  if (check === false) return chunkBytes;
  const { problems } = await askSqlite('check', { path: copy, check }, { path, signal });
  if (problems.length > 0) throw damaged(path, problems);
  describe({ problems: 0 });
  return chunkBytes;
}

async function* contentOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) yield piece as Buffer;
}
