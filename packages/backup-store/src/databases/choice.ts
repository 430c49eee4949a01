import { BackupError } from '../errors.ts';
import { chooseNames } from './names.ts';

/** Which databases: names, patterns with `*` and `?`, or all but the server's own. */
export type DatabaseChoice = 'all' | readonly string[];

/**
 * The databases to dump, each once. A name is kept though the server does not have it: it is a failure of its own then.
 *
 * @param server What it has, and the database that was connected to: the one that is meant when nothing is said.
 * @throws {BackupError} `DATABASE_NOT_FOUND` when a pattern fits none, or nothing is said and none was connected to.
 */
export function chooseDatabases(
  choice: DatabaseChoice | undefined,
  { databases, current }: { readonly databases: readonly string[]; readonly current: string | undefined },
): readonly string[] {
  if (choice === 'all') return databases;
  if (choice !== undefined) return chooseNames(choice, databases, 'a database');
  if (current !== undefined) return [current];
  throw new BackupError('DATABASE_NOT_FOUND', 'Expected a database to dump, got none', {
    details: databases,
    hint: 'Name one in the URL, or databases: names, patterns or all.',
  });
}
