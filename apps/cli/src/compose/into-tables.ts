import type { IntoPlace, Repository, SnapshotRecord } from '@x/backup-store';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { type DatabaseKind, parseDatabase } from './database-url.ts';
import { databaseOf, findDump } from './into.ts';
import { planIntoSqlite } from './into-sqlite.ts';
import { absoluteUrl } from './local-url.ts';
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
  /** Tables that are there are replaced. */
  readonly clean: boolean;
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
  readonly into: IntoPlace<TablesResult>;
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
  const { record, tables, clean, url } = request;
  const { target, path } = planIntoSqlite(context, request);
  const { intoSqliteTables } = await import('@x/backup-store/sqlite');
  const address = absoluteUrl(url, context.workingDirectory);
  return {
    plan: { snapshot: record.id, path, kind: 'sqlite', target, tables },
    into: counted(intoSqliteTables({ to: target, path, tables, clean, address }), countOf),
  };
}

async function planServer(context: Context, request: TablesRequest): Promise<PlannedTables> {
  const { repository, record, tables, clean, url: address } = request;
  const named = parseDatabase(address, context.env);
  if (named.kind === 'redis') throw usageError('Expected a database with tables, got one of Redis');
  const { kind, options } = named;
  const database = databaseOf(named);
  const { path } = await findDump(repository, request, { kind, database });
  const { url, password, executor, binDirectory } = options;
  const server = { url, password, executor, binDirectory, database };
  const what = { ...server, path, tables, clean, address };
  const plan = { snapshot: record.id, path, kind, target: named.shown, tables };
  if (kind === 'mysql') {
    const { intoMysql } = await import('@x/backup-store/mysql');
    const count = ({ tables: number, replaced, bytes }: TablesResult): TablesResult => ({
      tables: number,
      replaced,
      bytes,
    });
    return { plan, into: counted(intoMysql(what), count) };
  }
  const { intoPostgresTables } = await import('@x/backup-store/postgres');
  return { plan, into: counted(intoPostgresTables(what), countOf) };
}

/** The same, with the counts alone as its result. */
function counted<Result>(into: IntoPlace<Result>, count: (result: Result) => TablesResult): IntoPlace<TablesResult> {
  let found: Result | undefined;
  return {
    place: into.place,
    restore: async (run) => count((found = await into.restore(run))),
    check: async (_counts, run) => (await into.check?.(found as Result, run)) ?? { checked: 0, problems: [] },
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
