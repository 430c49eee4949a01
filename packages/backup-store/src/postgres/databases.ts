import { chooseNames } from '../databases/names.ts';
import type { PostgresServer } from './server.ts';

/** Which databases: names, patterns with `*` and `?`, or all that are no templates. */
export type DatabaseChoice = 'all' | readonly string[];

/**
 * The databases to dump, each once. A name is kept though the server does not have it: it is a failure of its own then.
 *
 * @throws {BackupError} `DATABASE_NOT_FOUND` when a pattern fits none.
 */
export function chooseDatabases(choice: DatabaseChoice | undefined, server: PostgresServer): string[] {
  if (choice === undefined) return [server.current];
  if (choice === 'all') return [...server.databases];
  return chooseNames(choice, server.databases, 'a database');
}
