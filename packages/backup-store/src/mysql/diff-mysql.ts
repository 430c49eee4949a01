import { compareDatabases } from '../comparison/compare-databases.ts';
import type { DumpDiffOptions, DataDifference } from '../comparison/contract.ts';
import { liveDatabaseOf } from '../databases/dump-database.ts';
import { BackupError } from '../errors.ts';
import { connectionParts } from './connection.ts';
import { mysqlView } from './mysql-view.ts';
import type { MysqlPrograms } from './programs.ts';
import { MysqlScratch } from './scratch-databases.ts';
import { askServer } from './server.ts';

/** Options of {@link diffMysql}. */
export interface DiffMysqlOptions extends DumpDiffOptions {
  /** The live server, and perhaps the database. Default: that of the dump's name. */
  readonly live: MysqlPrograms;
  /** Where the dump is loaded for the comparison; its user has to be able to create databases. Default: the live server. */
  readonly scratch?: MysqlPrograms | undefined;
}

/**
 * What differs between a dump of MariaDB or MySQL in a snapshot and the live database: per table its columns, indexes, keys and triggers, and rows by
 * their primary key; of tables without one, whether all rows are the same. The dump is loaded into a database of its own first
 * (`holdfast_check_...`, which goes in the end). Both sides are then read in the order of the keys, a row at a time. Each live table is read in a state
 * of its own. What a dump leaves out, such as other tables, is live only.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND`; `PATH_NOT_FOUND`; `DUMP_INCOMPLETE`; `DATABASE_...`, `COMMAND_...`; `ABORTED`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { diffMysql } from '@x/backup-store/mysql';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const live = { url: 'mariadb://admin@db.example/shop', password: process.env['ADMIN_DB_PASSWORD'] };
 * for await (const { name, change, changed } of diffMysql({ repository, snapshot: 'latest', path: 'mysql/shop.sql', live }))
 *   if (change !== 'same') console.log(name, change, changed?.ids);
 * ```
 */
export async function* diffMysql(options: DiffMysqlOptions): AsyncGenerator<DataDifference, void, undefined> {
  const { repository, tenant, path, live, signal } = options;
  const { scratch = live } = options;
  const { id } = await repository.snapshot(options.snapshot, tenant === undefined ? undefined : { tenant });
  const there = await askServer(live, signal);
  const name = liveDatabaseOf(path, { named: connectionParts(live).database, dumps: 1 });
  if (!there.databases.includes(name))
    throw new BackupError(
      'DATABASE_NOT_FOUND',
      `Expected a live database ${name}, got none of ${there.databases.length}`,
      {
        details: there.databases,
        hint: 'Name it in the URL, and check that the user may see it.',
      },
    );
  await using copy = await MysqlScratch.open(scratch, signal);
  const database = await copy.load({ repository, snapshot: id, path, signal });
  const sides = { path, before: mysqlView(scratch, copy.server, database), after: mysqlView(live, there, name) };
  yield* compareDatabases(sides, options);
}
