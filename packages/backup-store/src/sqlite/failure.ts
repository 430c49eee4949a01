import { BackupError } from '../errors.ts';

/** What the process that works with SQLite says of an error. */
export interface SqliteFailure {
  readonly code?: string | undefined;
  /** Result code of SQLite, extended. */
  readonly errcode?: number | undefined;
  readonly message: string;
}

/** Result codes of SQLite (sqlite.org/rescode.html), the lowest byte of extended ones. */
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** A failure as one of our errors. `path`: what was worked on. */
export function sqliteError({ code, errcode = 0, message }: SqliteFailure, path: string): BackupError {
  const got = `got "${message}"`;
  const primary = errcode & 0xff;
  if (primary === BUSY || primary === LOCKED) return busy(path, [], got);
  if (primary === NOTADB) return notADatabase(path, got);
  if (primary === CORRUPT) return damaged(path, [message]);
  if (primary === FULL || code === 'ENOSPC') {
    return new BackupError('PATH_FAILED', `Expected room for a copy of ${path}, ${got}`, {
      hint: 'Make room, or name a folder on a larger disk as workDirectory.',
    });
  }
  if ([PERM, READONLY, IOERR, CANTOPEN].includes(primary) || code?.startsWith('E') === true)
    return new BackupError('PATH_FAILED', `Expected to read the database ${path}, ${got}`, {
      hint: 'May this user read it, and write to its folder?',
    });
  return new BackupError('PATH_FAILED', `Expected SQLite to work on ${path}, ${got}`);
}

/** Somebody else has the database. `holders`: what is known of them. */
export function busy(path: string, holders: readonly string[], got: string): BackupError {
  return new BackupError('DATABASE_BUSY', `Expected ${path} to be free, ${got}`, {
    details: holders,
    hint: 'End what has it open (a stop hook does that for a restore), or run this again later.',
  });
}

/** @param got What was found instead, in words. */
function notADatabase(path: string, got: string): BackupError {
  return new BackupError('NOT_A_DATABASE', `Expected ${path} to be a database of SQLite, ${got}`, {
    hint: 'Is it another file, or encrypted? An encrypted one is backed up as a file while nobody writes to it.',
  });
}

/** @param problems What SQLite says of it. */
export function damaged(path: string, problems: readonly string[]): BackupError {
  const [first = 'problems'] = problems;
  return new BackupError('DATABASE_DAMAGED', `Expected ${path} to be a sound database, got "${first}"`, {
    details: problems,
    hint: 'Restore the last sound backup. To keep what is there as it is, back it up without a check.',
  });
}
