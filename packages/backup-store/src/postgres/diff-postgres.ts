import { compareDatabases } from '../comparison/compare-databases.ts';
import type { DumpDiffOptions, DataDifference } from '../comparison/contract.ts';
import { liveDatabaseOf } from '../databases/dump-database.ts';
import { connectionEnvironment } from './connection.ts';
import { postgresView } from './postgres-view.ts';
import { type PostgresPrograms, queryJson } from './programs.ts';
import { PostgresScratch } from './scratch-databases.ts';

/** Options of {@link diffPostgres}. */
export interface DiffPostgresOptions extends DumpDiffOptions {
  /** The live server, and perhaps the database. Default: that of the dump's name. */
  readonly live: PostgresPrograms;
  /** Where the dump is restored for the comparison; its user has to be able to create databases. Default: the live server. */
  readonly scratch?: PostgresPrograms | undefined;
}

/**
 * What differs between a dump of PostgreSQL in a snapshot and the live database: per table its columns, constraints, indexes and triggers, and
 * rows by their primary key; of tables without one, whether all rows are the same. The dump is restored into a database of its own first
 * (`holdfast_check_...`, which goes in the end). Both sides are then read in the order of the keys, a row at a time. Each live table is read in a
 * state of its own. What a dump leaves out, such as other tables, is live only.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND`; `PATH_NOT_FOUND`; `DATABASE_...`, `COMMAND_...`; `ABORTED`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { diffPostgres } from '@x/backup-store/postgres';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const live = { url: 'postgres://admin@db.example/shop', password: process.env['ADMIN_DB_PASSWORD'] };
 * for await (const { name, change, changed } of diffPostgres({ repository, snapshot: 'latest', path: 'postgres/shop.sql', live }))
 *   if (change !== 'same') console.log(name, change, changed?.ids);
 * ```
 */
export async function* diffPostgres(options: DiffPostgresOptions): AsyncGenerator<DataDifference, void, undefined> {
  const { repository, tenant, path, live, signal } = options;
  const { scratch = live } = options;
  const { id } = await repository.snapshot(options.snapshot, tenant === undefined ? undefined : { tenant });
  const name = liveDatabaseOf(path, { named: connectionEnvironment(live).env['PGDATABASE'], dumps: 1 });
  // Before a long load: whether there is a database to compare with.
  await queryJson(live, "SELECT json_build_object('ok', true)", { database: name, signal });
  await using copy = await PostgresScratch.open(scratch, signal);
  const database = await copy.load({ repository, snapshot: id, path, signal });
  yield* compareDatabases({ path, before: postgresView(scratch, database), after: postgresView(live, name) }, options);
}
