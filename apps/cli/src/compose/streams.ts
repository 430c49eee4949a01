import type { BackupSource } from '@x/backup-store';
import type { PostgresSourceOptions } from '@x/backup-store/postgres';
import { usageError } from '../errors.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** Sources that are no files, as the command line names them. */
export interface StreamFlags {
  /** `[name=]postgres://...`, `[name=]sqlite:/path`. */
  readonly source?: readonly string[] | undefined;
  /** `name=command line`. */
  readonly sourceCommand?: readonly string[] | undefined;
}

/** Parameters of a source's URL that are ours, not the database's. */
const LISTS = {
  database: 'databases',
  schema: 'schemas',
  table: 'tables',
  'exclude-table': 'excludeTables',
  option: 'options',
} as const;
const SINGLE = ['format', 'globals'] as const;

/** Splits `name=rest`; the name has no `:` and no `=`, so a URL alone has none. */
function named(text: string): { readonly name?: string | undefined; readonly rest: string } {
  const [, name, rest] = /^([^=:?]+)=([\s\S]+)$/.exec(text) ?? [];
  return name === undefined || rest === undefined ? { rest: text } : { name, rest };
}

/** What a source's URL says. @throws {CliError} `USAGE`. */
function parsePostgresSource(text: string): PostgresSourceOptions {
  const { name, rest } = named(text);
  const url = URL.parse(rest);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) {
    throw usageError(
      'Expected a source like postgres://user@host/database, sqlite:/path or name=postgres://..., got another one',
      'Files and folders are arguments.',
    );
  }
  if (url.password !== '' || url.searchParams.has('password')) {
    throw usageError(
      'Expected a source without a password in its URL, as everybody on the machine can see it there',
      'Put it into PGPASSWORD or ~/.pgpass, or name a password file: ?passfile=/etc/holdfast/pgpass.',
    );
  }
  const options: Record<string, unknown> = { name: name ?? 'postgres' };
  for (const [parameter, field] of Object.entries(LISTS)) {
    const values = url.searchParams.getAll(parameter);
    if (values.length > 0) options[field] = field === 'databases' && values.includes('all') ? 'all' : values;
    url.searchParams.delete(parameter);
  }
  for (const parameter of SINGLE) {
    const value = url.searchParams.get(parameter);
    if (value !== null) options[parameter] = single(parameter, value);
    url.searchParams.delete(parameter);
  }
  return { ...options, url: url.href };
}

const VALUES: Readonly<Record<(typeof SINGLE)[number], Readonly<Record<string, string | boolean>>>> = {
  format: { plain: 'plain', custom: 'custom' },
  globals: { yes: true, no: false, 'without-passwords': 'without-passwords' },
};

function single(parameter: (typeof SINGLE)[number], value: string): string | boolean {
  const known = VALUES[parameter];
  const meant = known[value];
  if (meant !== undefined) return meant;
  throw usageError(
    `Expected ${parameter} to be ${Object.keys(known).join(' or ')}, got ${JSON.stringify(value)}`,
    'Correct the source.',
  );
}

/** Name and command line of a source. @throws {CliError} `USAGE`. */
function parseCommandSource(text: string): { readonly name: string; readonly line: string } {
  const { name, rest } = named(text);
  if (name !== undefined) return { name, line: rest };
  throw usageError(
    `Expected name=command, got ${JSON.stringify(text)}`,
    'The name is the path of the file that its output becomes.',
  );
}

/** The sources that flags name, in their order, databases first. */
export async function streamSources(
  { source = [], sourceCommand = [] }: StreamFlags,
  workingDirectory: string,
): Promise<readonly BackupSource[]> {
  const sources: BackupSource[] = [];
  for (const text of source) {
    const { name, rest } = named(text);
    if (isSqliteUrl(rest)) {
      const { sqliteSource } = await import('@x/backup-store/sqlite');
      sources.push(sqliteSource({ name, ...parseSqliteUrl(rest, workingDirectory) }));
    } else {
      const { postgresSource } = await import('@x/backup-store/postgres');
      sources.push(postgresSource(parsePostgresSource(text)));
    }
  }
  if (sourceCommand.length > 0) {
    const { commandSource } = await import('@x/backup-store/command');
    for (const { name, line } of sourceCommand.map(parseCommandSource))
      sources.push(commandSource({ name, command: 'sh', args: ['-c', line] }));
  }
  return sources;
}
