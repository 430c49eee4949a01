import { existsSync } from 'node:fs';
import type { JsonDocument, RecordTable, RecordTarget } from '@x/backup-store/records';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { parsePostgres } from './database-url.ts';
import { isDocumentsUrl, parseDocumentsUrl } from './documents-url.ts';
import { type CurrentState, currentSqlite } from './into-safety.ts';
import { postgresClient } from './postgres-client.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** What records are restored into. */
export interface MergeTarget extends AsyncDisposable {
  /** Without secrets: what was restored into it last is remembered under this name. */
  readonly name: string;
  /** These tables, as records. */
  open(tables: readonly RecordTable[]): Promise<RecordTarget>;
  /** What its tables are of; absent for documents, which have no rows of others. */
  readonly rows?: 'sqlite' | 'postgres' | undefined;
  /** All of it as it is now, to be saved. */
  current(): Promise<CurrentState>;
}

/** What `--into` names. @throws {CliError} `USAGE`, `UNREADABLE`. */
export function mergeTarget(context: Context, into: string | undefined): MergeTarget {
  const { workingDirectory, env } = context;
  if (into !== undefined && isSqliteUrl(into)) return sqliteTarget(parseSqliteUrl(into, workingDirectory).path);
  if (into !== undefined && isDocumentsUrl(into)) return documentsTarget(parseDocumentsUrl(into, workingDirectory));
  if (into !== undefined && /^postgres(?:ql)?:/.test(into)) return postgresTarget(postgresTables(into, env));
  throw usageError(
    'Expected a database or documents to restore records into, got something else',
    'Name them as --into sqlite:/srv/hotel/hotel.db, postgres://user@host/database?schema=hotel or file:/srv/bookings.json?id=number; others can be merged by a program, with @x/backup-store/merge.',
  );
}

function sqliteTarget(database: string): MergeTarget {
  if (!existsSync(database))
    throw new CliError('UNREADABLE', `Expected a database of SQLite at ${database}, got none`, {
      hint: 'Records are put into tables that are there: restore or make the database first.',
    });
  return {
    name: `sqlite:${database}`,
    rows: 'sqlite',
    open: async (tables) => (await import('@x/backup-store/records')).sqliteRecords({ database, tables }).target,
    current: async () => ({ sources: [await currentSqlite(database)] }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** JSON documents; each is a module of its name. */
function documentsTarget(documents: readonly JsonDocument[]): MergeTarget {
  const paths = documents.map(({ path }) => path);
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined)
    throw new CliError('UNREADABLE', `Expected JSON documents at ${missing}, got nothing`, {
      hint: 'Records are put into documents that are there: make an empty one first, such as [].',
    });
  return {
    name: `file:${paths.join(',')}`,
    open: async () => (await import('@x/backup-store/records')).jsonRecords({ documents }).target,
    // As files, so that what is no JSON any more is saved, too.
    current: async () => ({ paths }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Tables of a database of PostgreSQL: those of one schema. */
interface PostgresTables {
  readonly url: string;
  readonly password: string | undefined;
  readonly schema: string | undefined;
  readonly database: string | undefined;
  readonly shown: string;
}

/** What a URL says of tables in PostgreSQL. @throws {CliError} `USAGE`. */
export function postgresTables(text: string, env: Context['env']): PostgresTables {
  const { options, database, shown } = parsePostgres(text, env);
  const { url, password, schemas = [], ...more } = options;
  const [other] = Object.entries(more).find(([, value]) => value !== undefined) ?? [];
  if (schemas.length > 1 || other !== undefined)
    throw usageError(
      `Expected no parameter of the database but one schema, got ${other ?? `${schemas.length} schemas`}`,
      'Write it as postgres://user@host/database?schema=hotel.',
    );
  return { url, password, schema: schemas[0], database, shown };
}

function postgresTarget({ url, password, schema, database, shown }: PostgresTables): MergeTarget {
  const client = postgresClient(url, password);
  return {
    name: `${withoutUser(shown)}${schema === undefined ? '' : `?schema=${encodeURIComponent(schema)}`}`,
    rows: 'postgres',
    open: async (tables) => {
      const { postgresRecords } = await import('@x/backup-store/records');
      await client.connect();
      return postgresRecords({ client, tables: tables.map((table) => ({ ...table, schema })) }).target;
    },
    current: async () => {
      const { postgresSource } = await import('@x/backup-store/postgres');
      const databases = database === undefined ? undefined : [database];
      // One that drops what is there when it is restored.
      return { sources: [postgresSource({ url, password, format: 'custom', databases })] };
    },
    [Symbol.asyncDispose]: async () => await client[Symbol.asyncDispose](),
  };
}

/** The same database for whoever restores into it, however its scheme is written. */
const withoutUser = (shown: string): string => shown.replace(/^postgres(?:ql)?:\/\/(?:[^@/]*@)?/, 'postgres://');
