import type { SqliteSourceOptions } from '@x/backup-store/sqlite';
import { usageError } from '../errors.ts';
import { parseLocalUrl } from './local-url.ts';

/** Whether this names a database of SQLite. */
export const isSqliteUrl = (text: string): boolean => text.startsWith('sqlite:');

/**
 * What `sqlite:/srv/app.db`, `sqlite:///srv/app.db` or `sqlite:app.db?check=quick` says.
 *
 * @throws {CliError} `USAGE`.
 */
export function parseSqliteUrl(text: string, workingDirectory: string): Pick<SqliteSourceOptions, 'path' | 'check'> {
  const form = { scheme: 'sqlite', what: 'a database', parameters: ['check'], workingDirectory };
  const { path, parameters } = parseLocalUrl(text, form);
  return { path, check: checkOf(parameters['check']?.[0]) };
}

const CHECKS: Readonly<Record<string, SqliteSourceOptions['check']>> = { full: 'full', quick: 'quick', none: false };

function checkOf(value: string | undefined): SqliteSourceOptions['check'] {
  if (value === undefined) return undefined;
  const check = Object.hasOwn(CHECKS, value) ? CHECKS[value] : undefined;
  if (check !== undefined) return check;
  throw usageError(
    `Expected check to be ${Object.keys(CHECKS).join(' or ')}, got ${JSON.stringify(value)}`,
    'Correct the source.',
  );
}
