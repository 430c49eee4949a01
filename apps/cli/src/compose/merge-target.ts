import { existsSync } from 'node:fs';
import type { BackupSource } from '@x/backup-store';
import type { RecordTable, RecordTarget } from '@x/backup-store/records';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { parseDatabase } from './database-url.ts';
import { currentSqlite } from './into-safety.ts';
import { postgresClient } from './postgres-client.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** A database that records are restored into. */
export interface MergeTarget extends AsyncDisposable {
  /** Without secrets: what was restored into it last is remembered under this name. */
  readonly name: string;
  /** These tables, as records. */
  open(tables: readonly RecordTable[]): Promise<RecordTarget>;
  /** All of it as it is now, to be saved. */
  current(): Promise<BackupSource>;
}

/** The database that `--into` names. @throws {CliError} `USAGE`, `UNREADABLE`. */
export function mergeTarget(context: Context, into: string | undefined): MergeTarget {
  if (into !== undefined && isSqliteUrl(into)) return sqliteTarget(parseSqliteUrl(into, context.workingDirectory).path);
  if (into !== undefined && /^postgres(?:ql)?:/.test(into)) return postgresTarget(context, into);
  throw usageError(
    `Expected a database to restore records into, got ${into === undefined ? 'none' : JSON.stringify(into)}`,
    'Name it as --into sqlite:/srv/hotel/hotel.db or postgres://user@host/database?schema=hotel; others can be merged by a program, with @x/backup-store/merge.',
  );
}

function sqliteTarget(database: string): MergeTarget {
  if (!existsSync(database))
    throw new CliError('UNREADABLE', `Expected a database of SQLite at ${database}, got none`, {
      hint: 'Records are put into tables that are there: restore or make the database first.',
    });
  return {
    name: `sqlite:${database}`,
    open: async (tables) => (await import('@x/backup-store/records')).sqliteRecords({ database, tables }).target,
    current: async () => await currentSqlite(database),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** URL, password and the one schema of tables in PostgreSQL. @throws {CliError} `USAGE`. */
export function postgresTables(
  text: string,
  env: Context['env'],
): { readonly url: string; readonly password: string | undefined; readonly schema: string | undefined } {
  const { kind, options } = parseDatabase(text, env);
  const { url = '', password } = options;
  const { schemas = [], ...more } = kind === 'postgres' ? options : {};
  const other = Object.entries(more).find(
    ([name, value]) => !['url', 'password'].includes(name) && value !== undefined,
  );
  if (schemas.length > 1 || other !== undefined)
    throw usageError(
      `Expected no parameter of the database but one schema, got ${other?.[0] ?? `${schemas.length} schemas`}`,
      'Write it as postgres://user@host/database?schema=hotel.',
    );
  return { url, password, schema: schemas[0] };
}

function postgresTarget(context: Context, text: string): MergeTarget {
  const { url, password, schema } = postgresTables(text, context.env);
  const client = postgresClient(url, password);
  const { host, pathname } = new URL(url);
  return {
    name: `postgres://${host}${pathname}${schema === undefined ? '' : `?schema=${encodeURIComponent(schema)}`}`,
    open: async (tables) => {
      const { postgresRecords } = await import('@x/backup-store/records');
      await client.connect();
      return postgresRecords({ client, tables: tables.map((table) => ({ ...table, schema })) }).target;
    },
    current: async () => {
      const { postgresSource } = await import('@x/backup-store/postgres');
      // One that drops what is there when it is restored.
      return postgresSource({ url, password, format: 'custom', databases: [decodeURIComponent(pathname.slice(1))] });
    },
    [Symbol.asyncDispose]: async () => await client[Symbol.asyncDispose](),
  };
}
