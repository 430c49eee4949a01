import type { BackupSource } from '@x/backup-store';
import type { RecordModules, RecordTable, RecordTarget } from '@x/backup-store/records';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { postgresTables } from './merge-target.ts';
import { clientOf } from './postgres-client.ts';
import { isDocumentsUrl, parseDocumentsUrl } from './documents-url.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

const PREFIX = 'records+';

/** Whether this names something that is backed up as records. */
export const isRecordsUrl = (text: string): boolean => text.startsWith(PREFIX);

/** What is read beside the URL. */
type Place = Pick<Context, 'env' | 'workingDirectory'>;

/**
 * The rows of tables as a source of records: `records+postgres://user@host/database?table=rooms&table=bookings&updated-at=updated_at`, or
 * `records+sqlite:/srv/hotel.db?table=…`; also `deleted-at`, and `schema` for PostgreSQL. Or what JSON documents hold:
 * `records+file:/srv/hotel/bookings.json?id=number&updated-at=changed`.
 *
 * @throws {CliError} `USAGE`.
 */
export async function recordsUrlSource(text: string, name: string | undefined, place: Place): Promise<BackupSource> {
  const { jsonRecords, recordsSource } = await import('@x/backup-store/records');
  const address = text.slice(PREFIX.length);
  if (isDocumentsUrl(address)) {
    const documents = parseDocumentsUrl(address, place.workingDirectory);
    return recordsSource({ name, ...jsonRecords({ documents }).source });
  }
  const { url, tables } = tablesOf(address);
  const modules = isSqliteUrl(url)
    ? await sqliteModules(url, tables, place)
    : await postgresModules(url, tables, place);
  return recordsSource({ name, ...modules });
}

/** Live records that are open. */
export interface LiveRecords extends AsyncDisposable {
  readonly target: RecordTarget;
}

/** The same URL as what is live: to be read, and asked for its columns. @throws {CliError} `USAGE`. */
export async function recordsUrlTarget(text: string, place: Place): Promise<LiveRecords> {
  const { jsonRecords, postgresRecords, sqliteRecords } = await import('@x/backup-store/records');
  const address = text.slice(PREFIX.length);
  const nothing = async (): Promise<void> => undefined;
  if (isDocumentsUrl(address)) {
    const documents = parseDocumentsUrl(address, place.workingDirectory);
    return { target: jsonRecords({ documents }).target, [Symbol.asyncDispose]: nothing };
  }
  const { url, tables } = tablesOf(address);
  if (isSqliteUrl(url)) {
    const database = parseSqliteUrl(url, place.workingDirectory).path;
    return { target: sqliteRecords({ database, tables }).target, [Symbol.asyncDispose]: nothing };
  }
  const { schema, ...server } = postgresTables(url, place.env);
  const client = clientOf(server);
  const { target } = postgresRecords({ client, tables: tables.map((table) => ({ ...table, schema })) });
  return { target, [Symbol.asyncDispose]: async () => await client[Symbol.asyncDispose]() };
}

async function sqliteModules(url: string, tables: readonly RecordTable[], place: Place): Promise<RecordModules> {
  const { sqliteRecords } = await import('@x/backup-store/records');
  return sqliteRecords({ database: parseSqliteUrl(url, place.workingDirectory).path, tables }).source;
}

async function postgresModules(text: string, tables: readonly RecordTable[], place: Place): Promise<RecordModules> {
  const { schema, ...server } = postgresTables(text, place.env);
  const { postgresRecords } = await import('@x/backup-store/records');
  let client = clientOf(server);
  const { source } = postgresRecords({
    client: { query: async (statement, values) => await client.query(statement, values) },
    tables: tables.map((table) => ({ ...table, schema })),
  });
  return {
    modules: source.modules,
    open: async (options) => await source.open?.(options),
    close: async () => {
      await source.close?.();
      await client[Symbol.asyncDispose]();
      // A backup that begins again opens it again.
      client = clientOf(server);
    },
  };
}

/** The tables, and the URL without what is said of them. @throws {CliError} `USAGE`. */
function tablesOf(text: string): { readonly url: string; readonly tables: readonly RecordTable[] } {
  const [address, query] = splitOnce(text, '?');
  const parameters = new URLSearchParams(query);
  const [tables, updatedAt, deletedAt] = ['table', 'updated-at', 'deleted-at'].map((each) => parameters.getAll(each));
  for (const each of ['table', 'updated-at', 'deleted-at']) parameters.delete(each);
  if (tables === undefined || tables.length === 0)
    throw usageError(
      'Expected the tables whose rows are records, got none',
      'Write it as records+postgres://user@host/database?table=bookings&updated-at=updated_at or records+sqlite:/srv/app.db?table=bookings; JSON documents are records+file:/srv/bookings.json?id=number.',
    );
  const rest = parameters.toString();
  return {
    url: rest === '' ? address : `${address}?${rest}`,
    tables: tables.map((table) => ({ table, updatedAt: updatedAt?.[0], deletedAt: deletedAt?.[0] })),
  };
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
