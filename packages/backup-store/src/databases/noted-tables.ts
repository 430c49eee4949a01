import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BackupError } from '../errors.ts';

const FILE = 'tables.json';

/** Notes which tables a restore is about to put; on disk when this returns. @param notes Folder beside the note of the restore. */
export function noteTables(notes: string, tables: readonly string[]): void {
  mkdirSync(notes, { recursive: true, mode: 0o700 });
  const path = join(notes, FILE);
  writeFileSync(`${path}.new`, JSON.stringify(tables), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/** Which tables a restore has put, or was about to; `undefined` when it has come to none. */
export function notedTables(notes: string): readonly string[] | undefined {
  try {
    return JSON.parse(readFileSync(join(notes, FILE), 'utf8')) as string[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Refuses to drop what something that was not restored needs. @throws {BackupError} `TABLE_IN_USE`. */
export function refuseNeeded(tables: readonly string[], users: readonly string[]): void {
  if (users.length === 0) return;
  throw new BackupError(
    'TABLE_IN_USE',
    `Expected that nothing else needs ${tables.join(', ')}, which the restore has made, got ${users.join(', ')}`,
    { details: users, hint: 'Nothing was changed. Drop these, or what makes them need it, and go back again.' },
  );
}
