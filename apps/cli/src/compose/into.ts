import type { PostgresSourceOptions } from '@x/backup-store/postgres';
import type { BackupError, IntoPlace, Repository, SnapshotRecord } from '@x/backup-store';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { type DatabaseKind, type NamedDatabase, parseDatabase } from './database-url.ts';
import { snapshotPath } from './reference.ts';

/** What a restore into a database would do. */
export interface IntoPlan {
  readonly snapshot: string;
  /** Of the dump, in the snapshot. */
  readonly path: string;
  /** Bytes of the dump. */
  readonly bytes: number;
  readonly kind: DatabaseKind;
  /** Where to, without secrets. */
  readonly target: string;
  /** Absent for a server of Redis, which is restored as a whole. */
  readonly database?: string | undefined;
  /** Version of the server. */
  readonly server: string;
  /** `create`: the database is made; `fill`: it is there and empty; `replace`: what is there under the same names is replaced. */
  readonly action: 'create' | 'fill' | 'replace';
  /** Tables, views and the like, or keys, that are there now. */
  readonly items: number;
}

/** What was restored. */
export interface IntoResult {
  /** Of the dump. */
  readonly bytes: number;
}

/** A restore into a database that was planned. */
export interface PlannedInto {
  readonly plan: IntoPlan;
  /** For a restore that is guarded. */
  readonly into: IntoPlace<IntoResult>;
  /** Restores, with no way back. */
  apply(): Promise<IntoResult>;
}

/** What is wanted. */
export interface IntoRequest {
  readonly record: SnapshotRecord;
  /** As it was given behind the snapshot's name. */
  readonly path?: string | undefined;
  readonly url: string;
  readonly overwrite: boolean;
}

interface State {
  readonly server: string;
  readonly exists: boolean;
  readonly items: number;
}

/** What is known of a restore when the database is asked to do it. */
interface Work {
  readonly repository: Repository;
  readonly plan: IntoPlan;
  readonly signal: AbortSignal;
}

/** Whether a restore can go there, by its URL alone. @throws {CliError} `USAGE`; {BackupError} `INVALID_OPTION`. */
export async function checkInto(url: string, env: Context['env']): Promise<void> {
  await targetOf(parseDatabase(url, env));
}

/** A kind of database: how it is asked and how it is filled. */
interface Target {
  readonly database?: string | undefined;
  inspect(signal: AbortSignal): Promise<State>;
  restore(work: Work): Promise<IntoResult>;
  into(plan: IntoPlan): IntoPlace<IntoResult>;
}

/**
 * Finds the dump and looks at the database. Changes nothing.
 *
 * @throws {CliError} `USAGE`.
 * @throws {BackupError} `ALREADY_EXISTS` for a database that is not empty, without `overwrite`; `DATABASE_...`, `COMMAND_...`.
 */
export async function planInto(context: Context, repository: Repository, request: IntoRequest): Promise<PlannedInto> {
  const { record, overwrite } = request;
  const { signal } = context;
  const named = parseDatabase(request.url, context.env);
  const target = await targetOf(named, request.url);
  const dump = await findDump(repository, request, { kind: named.kind, database: target.database });
  const { server, exists, items } = await context.timed('look at the database', () => target.inspect(signal));
  if (items > 0 && !overwrite) throw await notEmpty(named.kind, items);
  const action = !exists ? 'create' : items === 0 ? 'fill' : 'replace';
  const { kind } = named;
  const { database } = target;
  const plan: IntoPlan = {
    snapshot: record.id,
    ...dump,
    kind,
    target: named.shown,
    database,
    server,
    action,
    items,
  };
  const apply: PlannedInto['apply'] = async () =>
    await context.timed('restore', () => target.restore({ repository, plan, signal }));
  return { plan, into: target.into(plan), apply };
}

async function notEmpty(kind: DatabaseKind, items: number): Promise<BackupError> {
  const { BackupError } = await import('@x/backup-store');
  const found = `${items} ${kind === 'redis' ? 'keys' : 'tables and the like'}`;
  return new BackupError('ALREADY_EXISTS', `Expected an empty database, got one with ${found}`, {
    hint: 'Nothing was changed. Replace what is there with --overwrite always, or restore to another database.',
  });
}

async function targetOf(named: NamedDatabase, address?: string): Promise<Target> {
  if (named.kind === 'redis') {
    const { inspectRedis, intoRedis, redisPlace, restoreRedis } = await import('@x/backup-store/redis');
    const { name: _name, timeoutMs: _timeout, ...server } = named.options;
    // Looks at the URL, too.
    const place = redisPlace({ ...server, address });
    return {
      inspect: (signal) => inspectRedis({ ...server, signal }),
      restore: ({ repository, plan: { snapshot, path, action }, signal }) =>
        restoreRedis({ ...server, repository, snapshot, path, overwrite: action === 'replace', signal }),
      into: ({ path, action }) => ({ ...intoRedis({ ...server, path, overwrite: action === 'replace' }), place }),
    };
  }
  const database = databaseOf(named);
  if (named.kind === 'mysql') {
    const { inspectMysql, intoMysql, mysqlPlace, restoreMysql } = await import('@x/backup-store/mysql');
    const server = serverOf(named, database);
    const place = mysqlPlace({ ...server, address });
    return {
      database,
      inspect: (signal) => inspectMysql({ ...server, signal }),
      restore: ({ repository, plan: { snapshot, path, action }, signal }) => {
        const how = { create: action === 'create', clean: action === 'replace' };
        return restoreMysql({ ...server, repository, snapshot, path, ...how, signal });
      },
      into: ({ path, action }) => ({
        ...intoMysql({ ...server, path, create: action === 'create', clean: action === 'replace' }),
        place,
      }),
    };
  }
  const { inspectPostgres, intoPostgres, postgresPlace, restorePostgres } = await import('@x/backup-store/postgres');
  const server = serverOf(named, database);
  const place = postgresPlace({ ...server, address });
  return {
    database,
    inspect: (signal) => inspectPostgres({ ...server, signal }),
    restore: ({ repository, plan: { snapshot, path, action }, signal }) => {
      const how = { create: action === 'create', clean: action === 'replace' };
      return restorePostgres({ ...server, repository, snapshot, path, ...how, signal });
    },
    into: ({ path, action }) => ({
      ...intoPostgres({ ...server, path, create: action === 'create', clean: action === 'replace' }),
      place,
    }),
  };
}

/** The server that a URL names, and the programs that reach it: here, in a container or over ssh. */
export function serverOf(
  { options }: Exclude<NamedDatabase, { readonly kind: 'redis' }>,
  database: string,
): Pick<PostgresSourceOptions, 'password' | 'executor' | 'binDirectory'> & {
  readonly url: string;
  readonly database: string;
} {
  const { url, password, executor, binDirectory } = options;
  return { url, password, executor, binDirectory, database };
}

/** The database that a URL names. @throws {CliError} `USAGE` when it names none. */
export function databaseOf({ database }: NamedDatabase): string {
  if (database !== undefined) return database;
  throw usageError(
    'Expected the database to restore to in the URL, got none',
    'Write it as mysql://user@host/database.',
  );
}

/** A file of a snapshot. */
interface Dump {
  readonly path: string;
  readonly bytes: number;
}

/** The dump that a path names; else the one of the kind that is named like the database, or the only one. */
export async function findDump(
  repository: Repository,
  { record, path }: Pick<IntoRequest, 'record' | 'path'>,
  wanted: { readonly kind: DatabaseKind; readonly database?: string | undefined },
): Promise<Dump> {
  const { kind, database } = wanted;
  const named = path === undefined ? undefined : snapshotPath(record, path);
  const places =
    named === undefined ? record.sources.filter((source) => source.kind === kind).map(({ path: at }) => at) : [named];
  const dumps: Dump[] = [];
  for (const place of places) {
    for await (const entry of repository.entries(record.id, { path: place }))
      if (entry.kind === 'file') dumps.push({ path: entry.path, bytes: entry.size });
  }
  const fitting = named === undefined ? dumps.filter(({ path: at }) => !at.endsWith('/globals.sql')) : dumps;
  const names = ['sql', 'dump'].map((form) => `${database}.${form}`);
  const like = fitting.filter(({ path: at }) => names.includes(at.slice(at.lastIndexOf('/') + 1)));
  const [only, ...more] = fitting.length === 1 ? fitting : like;
  if (only !== undefined && more.length === 0) return only;
  const found =
    fitting.length === 0
      ? 'none'
      : fitting
          .map(({ path: at }) => at)
          .slice(0, 5)
          .join(', ');
  throw usageError(
    `Expected one dump of ${kind}${database === undefined ? '' : ` for ${database}`} in the snapshot, got ${found}`,
    `Name it as ${record.id.slice(0, 8)}:PATH; \`holdfast backup ls\` lists paths.`,
  );
}
