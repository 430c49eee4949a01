import type { BackupSource, Repository, SnapshotRecord } from '@x/backup-store';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { type DatabaseKind, parseDatabase } from './database-url.ts';
import { databaseOf, findDump } from './into.ts';
import { currentSqlite } from './into-safety.ts';
import { planIntoSqlite } from './into-sqlite.ts';
import { isSqliteUrl } from './sqlite-url.ts';

/** Which tables go where. */
export interface TablesRequest {
  readonly repository: Repository;
  readonly record: SnapshotRecord;
  /** As it was given behind the snapshot's name. */
  readonly path?: string | undefined;
  readonly url: string;
  /** Names and patterns. */
  readonly tables: readonly string[];
}

/** What a restore of tables would do. Which tables a pattern fits is known when the dump was read. */
export interface TablesPlan {
  readonly snapshot: string;
  /** In the snapshot. */
  readonly path: string;
  readonly kind: Exclude<DatabaseKind, 'redis'> | 'sqlite';
  /** Where to, without secrets. */
  readonly target: string;
  readonly tables: readonly string[];
}

/** What was restored. */
export interface TablesResult {
  readonly tables: number;
  /** Those of them that were there before. */
  readonly replaced: number;
  /** Of the dump that they come from. */
  readonly bytes: number;
}

/** A restore of tables that was planned. */
export interface PlannedTables {
  readonly plan: TablesPlan;
  /** The database as it is now, to be saved before it is changed. */
  readonly current: BackupSource;
  /** `clean`: tables that are there are replaced. */
  apply(clean: boolean): Promise<TablesResult>;
}

/** Whether tables can be restored there, by the URL alone. @throws {CliError} `USAGE`. */
export function checkTablesUrl(url: string, env: Context['env']): void {
  if (isSqliteUrl(url)) return;
  const named = parseDatabase(url, env);
  if (named.kind === 'redis')
    throw usageError('Expected a database with tables, got one of Redis', 'It is restored as a whole.');
  databaseOf(named);
}

/** Finds the dump. Changes nothing. @throws {CliError} `USAGE`. */
export async function planTables(context: Context, request: TablesRequest): Promise<PlannedTables> {
  return isSqliteUrl(request.url) ? await planSqlite(context, request) : await planServer(context, request);
}

async function planSqlite(context: Context, request: TablesRequest): Promise<PlannedTables> {
  const { repository, record, tables } = request;
  const { target, path } = planIntoSqlite(context, request);
  const { signal } = context;
  return {
    plan: { snapshot: record.id, path, kind: 'sqlite', target, tables },
    current: await currentSqlite(target),
    apply: async (clean) => {
      const { restoreSqliteTables } = await import('@x/backup-store/sqlite');
      const read = repository.read(record.id, { path, signal });
      return countOf(await restoreSqliteTables({ to: target, read, tables, clean, signal }));
    },
  };
}

async function planServer(context: Context, request: TablesRequest): Promise<PlannedTables> {
  const { repository, record, tables } = request;
  const named = parseDatabase(request.url, context.env);
  if (named.kind === 'redis') throw usageError('Expected a database with tables, got one of Redis');
  const { kind, options } = named;
  const database = databaseOf(named);
  const { path } = await findDump(repository, request, { kind, database });
  const { url, password, executor, binDirectory } = options;
  const server = { url, password, executor, binDirectory, database };
  const what = { ...server, repository, snapshot: record.id, path, tables, signal: context.signal };
  const plan = { snapshot: record.id, path, kind, target: named.shown, tables };
  if (kind === 'mysql') {
    const { mysqlSource, restoreMysql } = await import('@x/backup-store/mysql');
    return {
      plan,
      current: mysqlSource({ ...server, databases: [database] }),
      apply: async (clean) => {
        const { tables: count, replaced, bytes } = await restoreMysql({ ...what, clean });
        return { tables: count, replaced, bytes };
      },
    };
  }
  const { postgresSource, restorePostgresTables } = await import('@x/backup-store/postgres');
  return {
    plan,
    // One that drops what is there when it is restored.
    current: postgresSource({ ...server, databases: [database], format: 'custom' }),
    apply: async (clean) => countOf(await restorePostgresTables({ ...what, clean })),
  };
}

const countOf = ({
  tables,
  replaced,
  bytes,
}: {
  readonly tables: readonly string[];
  readonly replaced: readonly string[];
  readonly bytes: number;
}): TablesResult => ({ tables: tables.length, replaced: replaced.length, bytes });
