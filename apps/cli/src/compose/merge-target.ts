import { existsSync } from 'node:fs';
import type { RestorePlace } from '@x/backup-store';
import type { JsonDocument, RecordAdapter, RecordTable } from '@x/backup-store/records';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { parsePostgres } from './database-url.ts';
import { isDocumentsUrl, parseDocumentsUrl } from './documents-url.ts';
import { currentSqlite } from './into-safety.ts';
import { absoluteUrl } from './local-url.ts';
import { clientOf, type PostgresServer } from './postgres-client.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** What records are restored into. */
export interface MergeTarget extends AsyncDisposable {
  /** Without secrets: what was restored into it last is remembered under this name. */
  readonly name: string;
  /** As the user may name it in another working directory. */
  readonly address: string;
  /** Files are what its safety snapshot has. */
  readonly isFiles: boolean;
  /** These tables, as records. */
  open(tables: readonly RecordTable[]): Promise<RecordAdapter>;
  /** What its tables are of; absent for documents, which have no rows of others. */
  readonly rows?: 'sqlite' | 'postgres' | undefined;
  /** What goes back to how these modules are now. */
  place(modules: readonly string[]): Promise<RestorePlace>;
}

/** How the address of a place of records begins in the note of a restore. */
export const RECORDS = 'records+';

/** What `--into` names. @throws {CliError} `USAGE`, `UNREADABLE`. */
export function mergeTarget(context: Context, into: string | undefined): MergeTarget {
  const { workingDirectory, env } = context;
  const address = into ?? '';
  const absolute = (): string => absoluteUrl(address, workingDirectory);
  if (isSqliteUrl(address)) return sqliteTarget(parseSqliteUrl(address, workingDirectory).path, absolute());
  if (isDocumentsUrl(address)) return documentsTarget(parseDocumentsUrl(address, workingDirectory), absolute());
  if (/^postgres(?:ql)?:/.test(address)) return postgresTarget(postgresTables(address, env), address);
  throw usageError(
    'Expected a database or documents to restore records into, got something else',
    'Name them as --into sqlite:/srv/hotel/hotel.db, postgres://user@host/database?schema=hotel or file:/srv/bookings.json?id=number; others can be merged by a program, with @x/backup-store/merge.',
  );
}

function sqliteTarget(database: string, address: string): MergeTarget {
  if (!existsSync(database))
    throw new CliError('UNREADABLE', `Expected a database of SQLite at ${database}, got none`, {
      hint: 'Records are put into tables that are there: restore or make the database first.',
    });
  const name = `sqlite:${database}`;
  const open: MergeTarget['open'] = async (tables) =>
    (await import('@x/backup-store/records')).sqliteRecords({ database, tables });
  return {
    name,
    address,
    isFiles: false,
    rows: 'sqlite',
    open,
    place: async (modules) => {
      const { recordsPlace } = await import('@x/backup-store/merge');
      const current = { sources: [await currentSqlite(database)] };
      return recordsPlace({ ...(await open(tablesOf(modules))), name, address: `${RECORDS}${address}`, current });
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** JSON documents; each is a module of its name. */
function documentsTarget(documents: readonly JsonDocument[], address: string): MergeTarget {
  const paths = documents.map(({ path }) => path);
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined)
    throw new CliError('UNREADABLE', `Expected JSON documents at ${missing}, got nothing`, {
      hint: 'Records are put into documents that are there: make an empty one first, such as [].',
    });
  return {
    name: `file:${paths.join(',')}`,
    address,
    isFiles: true,
    open: async () => (await import('@x/backup-store/records')).jsonRecords({ documents }),
    // As files, so that what is no JSON any more is saved, too.
    place: async () =>
      (await import('@x/backup-store/merge')).documentsPlace({ documents, address: `${RECORDS}${address}` }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Tables of a database of PostgreSQL: those of one schema. */
interface PostgresTables extends PostgresServer {
  readonly schema: string | undefined;
  readonly database: string | undefined;
  readonly shown: string;
}

/** What a URL says of tables in PostgreSQL. @throws {CliError} `USAGE`. */
export function postgresTables(text: string, env: Context['env']): PostgresTables {
  const { options, database, shown } = parsePostgres(text, env);
  const { url, password, executor, binDirectory, schemas = [], ...more } = options;
  const [other] = Object.entries(more).find(([, value]) => value !== undefined) ?? [];
  if (schemas.length > 1 || other !== undefined)
    throw usageError(
      `Expected no parameter of the database but one schema, got ${other ?? `${schemas.length} schemas`}`,
      'Write it as postgres://user@host/database?schema=hotel; docker, ssh and bin say where psql runs.',
    );
  return { url, password, executor, binDirectory, schema: schemas[0], database, shown };
}

function postgresTarget({ schema, database, shown, ...server }: PostgresTables, address: string): MergeTarget {
  const client = clientOf(server);
  const through = server.executor === undefined ? '' : ` through ${server.executor.name}`;
  const name = `${withoutUser(shown)}${through}${schema === undefined ? '' : `?schema=${encodeURIComponent(schema)}`}`;
  const open: MergeTarget['open'] = async (tables) => {
    const { postgresRecords } = await import('@x/backup-store/records');
    await client.connect();
    return postgresRecords({ client, tables: tables.map((table) => ({ ...table, schema })) });
  };
  return {
    name,
    address,
    isFiles: false,
    rows: 'postgres',
    open,
    place: async (modules) => {
      const { recordsPlace } = await import('@x/backup-store/merge');
      const { postgresSource } = await import('@x/backup-store/postgres');
      const databases = database === undefined ? undefined : [database];
      // One that drops what is there when it is restored.
      const current = { sources: [postgresSource({ ...server, format: 'custom', databases })] };
      return recordsPlace({ ...(await open(tablesOf(modules))), name, address: `${RECORDS}${address}`, current });
    },
    [Symbol.asyncDispose]: async () => await client[Symbol.asyncDispose](),
  };
}

/** Each module is the table of its name. */
const tablesOf = (modules: readonly string[]): RecordTable[] => modules.map((table) => ({ table }));

/** The same database for whoever restores into it, however its scheme is written. */
const withoutUser = (shown: string): string => shown.replace(/^postgres(?:ql)?:\/\/(?:[^@/]*@)?/, 'postgres://');
