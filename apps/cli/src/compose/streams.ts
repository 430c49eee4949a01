import type { BackupSource } from '@x/backup-store';
import type { Environment } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { parseDatabase } from './database-url.ts';
import { isRecordsUrl, recordsUrlSource } from './records-url.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** Sources that are no files, as the command line names them. */
export interface StreamFlags {
  /** `[name=]postgres://...`, `mysql://...`, `redis://...`, `sqlite:/path`, `records+postgres://...`, `records+file:/path`. */
  readonly source?: readonly string[] | undefined;
  /** `name=command line`. */
  readonly sourceCommand?: readonly string[] | undefined;
}

/** Splits `name=rest`; the name has no `:` and no `=`, so a URL alone has none. */
function named(text: string): { readonly name?: string | undefined; readonly rest: string } {
  const [, name, rest] = /^([^=:?]+)=([\s\S]+)$/.exec(text) ?? [];
  return name === undefined || rest === undefined ? { rest: text } : { name, rest };
}

/** What URLs are read beside. */
interface Place {
  readonly env: Environment;
  readonly workingDirectory: string;
}

/** The source that a URL names. Each kind is loaded when it is named. @throws {CliError} `USAGE`. */
async function databaseSource(text: string, { env, workingDirectory }: Place): Promise<BackupSource> {
  const { name, rest } = named(text);
  if (isRecordsUrl(rest)) return await recordsUrlSource(rest, name, { env, workingDirectory });
  if (isSqliteUrl(rest)) {
    const { sqliteSource } = await import('@x/backup-store/sqlite');
    return sqliteSource({ name, ...parseSqliteUrl(rest, workingDirectory) });
  }
  const { kind, options } = parseDatabase(rest, env);
  if (kind === 'postgres') return (await import('@x/backup-store/postgres')).postgresSource({ ...options, name });
  if (kind === 'mysql') return (await import('@x/backup-store/mysql')).mysqlSource({ ...options, name });
  return (await import('@x/backup-store/redis')).redisSource({ ...options, name });
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
  place: Place,
): Promise<readonly BackupSource[]> {
  const sources: BackupSource[] = [];
  for (const text of source) sources.push(await databaseSource(text, place));
  if (sourceCommand.length > 0) {
    const { commandSource } = await import('@x/backup-store/command');
    for (const { name, line } of sourceCommand.map(parseCommandSource))
      sources.push(commandSource({ name, command: 'sh', args: ['-c', line] }));
  }
  return sources;
}
