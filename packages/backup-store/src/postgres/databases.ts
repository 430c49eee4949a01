import { BackupError } from '../errors.ts';
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
  const chosen = choice.flatMap((pattern) => {
    if (!/[*?]/.test(pattern)) return [pattern];
    const found = server.databases.filter((name) => expressionOf(pattern).test(name));
    if (found.length > 0) return found;
    throw new BackupError(
      'DATABASE_NOT_FOUND',
      `Expected a database like ${pattern}, got none of ${server.databases.length}`,
      {
        details: server.databases,
        hint: 'Patterns have * for any characters and ? for one.',
      },
    );
  });
  return [...new Set(chosen)];
}

function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
}

/** A name of a file for a database: the same, but for what can't be in one. */
export function fileNameOf(database: string): string {
  return database.replaceAll(
    /[%/]|^\./g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
