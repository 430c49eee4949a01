import type { SqliteSourceOptions } from '@x/backup-store/sqlite';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';

/** Whether this names a database of SQLite. */
export const isSqliteUrl = (text: string): boolean => text.startsWith('sqlite:');

/**
 * What `sqlite:/srv/app.db`, `sqlite:///srv/app.db` or `sqlite:app.db?check=quick` says. Bytes of a name that mean something in a
 * URL, such as `?`, are written as `%3F`.
 *
 * @throws {CliError} `USAGE`.
 */
export function parseSqliteUrl(text: string, workingDirectory: string): Pick<SqliteSourceOptions, 'path' | 'check'> {
  const [, rest = '', query = ''] = /^sqlite:([^?]*)(?:\?([\s\S]*))?$/.exec(text) ?? [];
  const path = decoded(rest.startsWith('///') ? rest.slice(2) : rest);
  if (path === undefined || path === '' || path.startsWith('//')) {
    throw usageError(
      `Expected a database like sqlite:/srv/app/app.db, got ${JSON.stringify(text)}`,
      'It is a file of this machine: sqlite:/absolute/path or sqlite:relative/path.',
    );
  }
  const parameters = new URLSearchParams(query);
  const check = parameters.get('check');
  parameters.delete('check');
  const [unknown] = parameters.keys();
  if (unknown !== undefined)
    throw usageError(
      `Expected no parameter of sqlite: but check, got ${JSON.stringify(unknown)}`,
      'Correct the source.',
    );
  return { path: resolvePath(path, workingDirectory), check: checkOf(check) };
}

const CHECKS: Readonly<Record<string, SqliteSourceOptions['check']>> = { full: 'full', quick: 'quick', none: false };

function checkOf(value: string | null): SqliteSourceOptions['check'] {
  if (value === null) return undefined;
  const check = Object.hasOwn(CHECKS, value) ? CHECKS[value] : undefined;
  if (check !== undefined) return check;
  throw usageError(
    `Expected check to be ${Object.keys(CHECKS).join(' or ')}, got ${JSON.stringify(value)}`,
    'Correct the source.',
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
