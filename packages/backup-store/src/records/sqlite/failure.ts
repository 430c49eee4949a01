import { BackupError, type BackupErrorCode, codeOf } from '../../errors.ts';

/** Result codes of SQLite (sqlite.org/rescode.html), the lowest byte of extended ones, and what they mean here. */
const MEANINGS: Readonly<Record<number, readonly [BackupErrorCode, string]>> = {
  5: ['DATABASE_BUSY', 'End what writes to it, or try again later.'],
  6: ['DATABASE_BUSY', 'End what writes to it, or try again later.'],
  11: ['DATABASE_DAMAGED', 'Restore the database as a whole first.'],
  13: ['DATABASE_FULL', 'Make room on its disk.'],
  26: ['NOT_A_DATABASE', 'Is it another file, or encrypted?'],
};

/** What SQLite has said as one of our errors; otherwise the same one. */
export function sqliteRefusal(error: unknown): unknown {
  if (codeOf(error) !== 'ERR_SQLITE_ERROR') return error;
  const { errcode = 0, message } = error as { readonly errcode?: number; readonly message: string };
  const [code, hint] = MEANINGS[errcode & 0xff] ?? [
    'DATABASE_REFUSED',
    'Look at the rules of its tables, and at who may write to its file.',
  ];
  return new BackupError(code, `Expected SQLite to do what is asked: ${message}`, { cause: error, hint });
}
