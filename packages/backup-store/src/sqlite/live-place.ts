import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BackupError } from '../errors.ts';

/** What SQLite keeps beside a database: it belongs to that one, and would spoil another. */
export const SIDECARS = ['-wal', '-shm', '-journal'] as const;

/** Where a restore over a live database has its files. */
export interface LivePlace {
  /** The database itself: links on the way to it are followed. */
  readonly target: string;
  /** Beside it, so that names change in one step. */
  readonly folder: string;
  readonly fresh: string;
  readonly journal: string;
  /** The database that was there; SQLite can open it as it is, with its `-wal` beside it. */
  readonly before: string;
}

/** @throws {BackupError} `PATH_FAILED` for what is no file, or a link to nothing. */
export async function livePlace(to: string): Promise<LivePlace> {
  if (to === '') throw new BackupError('INVALID_OPTION', 'Expected the path of a database, got an empty one');
  const target = await followed(resolve(to));
  const folder = join(dirname(target), `.${basename(target)}.restore`);
  return {
    target,
    folder,
    fresh: join(folder, 'new'),
    journal: join(folder, 'journal.json'),
    before: join(folder, `${basename(target)}.before-restore`),
  };
}

async function followed(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    if ((await stat(target)).isFile()) return target;
    throw new BackupError('PATH_FAILED', `Expected a file or nothing at ${path}, got something else`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw pathError(path, error);
    const isLink = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isLink) throw new BackupError('PATH_FAILED', `Expected a file or nothing at ${path}, got a link to nothing`);
    const parent = await realpath(dirname(path)).catch((cause: unknown) => {
      throw pathError(dirname(path), cause);
    });
    return join(parent, basename(path));
  }
}

/** What a system says of a path, as one of our errors. */
export function pathError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof BackupError || typeof code !== 'string') return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new BackupError('PATH_FAILED', `Expected to write ${path}, got ${message}`, {
    cause: error,
    hint: isFull ? 'Make room: both databases are there until the new one has proven itself.' : undefined,
  });
}
