import { accessSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

import { BackupError } from '../../errors.ts';
import { checkAborted } from '../../run/abort.ts';
import { systemClock } from '../../run/clock.ts';
import type { SourceDetail } from '../../source/contract.ts';
import type { RecordAdapter, RecordModule, RecordModules, RecordReader, RecordTarget } from '../contract.ts';
import { choiceOf, referredFirst, tableOf, tablesByModule } from '../table-options.ts';
import { sqliteRefusal } from './failure.ts';
import { readDeleted, readIds, readRows } from './read-table.ts';
import { type SqliteTable, type TableShape, tableShape } from './table.ts';
import { TableWriter } from './write-table.ts';

/** Milliseconds that a locked database is waited for. */
const BUSY_MS = 30_000;

/** Options of {@link sqliteRecords}. */
export interface SqliteRecordsOptions {
  /** Path of a file, which is opened when it is needed; or a database that is open already, with no transaction under way. */
  readonly database: string | DatabaseSync;
  readonly tables: readonly SqliteTable[];
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly clock?: (() => number) | undefined;
}

/**
 * Rows of SQLite tables as records: to back up, all in one transaction, and to restore to. The id is the text of the primary key, or
 * a JSON list of the texts of its columns. Values come back exactly, with their types: bytes, integers of 64 bits, infinities.
 *
 * Needs no package: Node has SQLite.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once; `DATABASE_NOT_FOUND` for tables and files that are not there.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { recordsSource, sqliteRecords } from '@x/backup-store/records';
 *
 * const { source } = sqliteRecords({
 *   database: '/srv/hotel/hotel.db',
 *   tables: [{ table: 'bookings', updatedAt: 'changed_at' }, { table: 'rooms' }],
 * });
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * await repository.backup({ sources: [recordsSource({ name: 'hotel', ...source })] });
 * ```
 */
export function sqliteRecords(options: SqliteRecordsOptions): RecordAdapter {
  const tables = tablesByModule(options.tables);
  return { source: sourceOf(options, tables), target: targetOf(options, tables) };
}

type Tables = ReadonlyMap<string, SqliteTable>;

function sourceOf(options: SqliteRecordsOptions, tables: Tables): RecordModules {
  const { clock = systemClock } = options;
  let open: DatabaseSync | undefined;
  let openedAt = 0;
  const database = (): DatabaseSync => {
    if (open !== undefined) return open;
    throw new BackupError('CLOSED', 'Expected records to be read within a backup, got no open transaction');
  };
  const moduleOf = ([name, table]: [string, SqliteTable]): RecordModule => {
    const shape = (): TableShape => tableShape(database(), table);
    return {
      name,
      readsChanges: table.updatedAt !== undefined,
      moment: async () => openedAt,
      read: (reading) => readRows(database(), shape(), reading),
      schema: async () => schemaOf(shape(), table),
      ...(table.deletedAt === undefined
        ? {
            ids: ({ signal }) => readIds(database(), shape(), signal),
            ordersIds: async () => isUtf8(database()),
          }
        : { deleted: (reading) => readDeleted(database(), shape(), reading) }),
    };
  };
  return {
    modules: [...tables].map((each) => moduleOf(each)),
    async open() {
      openedAt = clock();
      open = openDatabase(options.database, true);
      open.exec('BEGIN');
      // The first look decides which moment is seen.
      open.prepare('SELECT count(*) FROM sqlite_schema').get();
    },
    async close() {
      const closing = open;
      open = undefined;
      if (closing?.isTransaction === true) closing.exec('ROLLBACK');
      if (closing !== options.database) closing?.close();
    },
  };
}

function targetOf(options: SqliteRecordsOptions, tables: Tables): RecordTarget {
  const within = async <T>(work: (database: DatabaseSync) => T | Promise<T>): Promise<T> => {
    const database = openDatabase(options.database, false);
    try {
      return await work(database);
    } catch (error) {
      throw sqliteRefusal(error);
    } finally {
      if (database !== options.database) database.close();
    }
  };
  return {
    modules: async () => await within((database) => inOrder(database, tables)),
    schema: async (module) =>
      await within((database) => {
        const table = tableOf(tables, module);
        return schemaOf(tableShape(database, table), table);
      }),
    async *read(module, { signal }) {
      const database = openDatabase(options.database, true);
      try {
        yield* readRows(database, tableShape(database, tableOf(tables, module)), { signal });
      } finally {
        if (database !== options.database) database.close();
      }
    },
    apply: async (changes, { signal }) =>
      await within(async (database) => {
        const view: RecordReader = {
          seesChanges: true,
          read: (module, reading) => readRows(database, tableShape(database, tableOf(tables, module)), reading),
        };
        const writers = new Map<string, TableWriter>();
        database.exec('BEGIN IMMEDIATE');
        try {
          // References are checked when everything is there.
          database.exec('PRAGMA defer_foreign_keys = ON');
          let count = 0;
          for await (const change of typeof changes === 'function' ? changes(view) : changes) {
            checkAborted(signal);
            const { module } = change;
            let writer = writers.get(module);
            if (writer === undefined) {
              writer = new TableWriter(database, module, tableShape(database, tableOf(tables, module)));
              writers.set(module, writer);
            }
            writer.change(change);
            count++;
          }
          checkAborted(signal);
          database.exec('COMMIT');
          return count;
        } finally {
          if (database.isTransaction) database.exec('ROLLBACK');
        }
      }),
  };
}

/** SQLite puts texts in order by the bytes of the database's own encoding. */
function isUtf8(database: DatabaseSync): boolean {
  return database.prepare('PRAGMA encoding').get()?.['encoding'] === 'UTF-8';
}

function inOrder(database: DatabaseSync, tables: Tables): readonly string[] {
  const moduleOfTable = new Map([...tables].map(([module, { table }]) => [table.toLowerCase(), module] as const));
  const refersTo = (module: string): readonly string[] =>
    tableShape(database, tableOf(tables, module)).refersTo.flatMap(
      (table) => moduleOfTable.get(table.toLowerCase()) ?? [],
    );
  return referredFirst([...tables.keys()], refersTo);
}

function schemaOf({ columns, id }: TableShape, table: SqliteTable): SourceDetail {
  return { columns: Object.fromEntries(columns.map(({ name, type }) => [name, type])), id, ...choiceOf(table) };
}

/** @throws {BackupError} `DATABASE_NOT_FOUND`. */
function openDatabase(database: string | DatabaseSync, readOnly: boolean): DatabaseSync {
  if (typeof database !== 'string') return database;
  try {
    // Opened for writing, a file that is not there would be made: a typing error is no database.
    accessSync(database);
    // Loaded here: where it is an experiment, Node says so to all who load it.
    const sqlite = process.getBuiltinModule('node:sqlite');
    return new sqlite.DatabaseSync(database, { readOnly, timeout: BUSY_MS });
  } catch (cause) {
    throw new BackupError('DATABASE_NOT_FOUND', `Expected a database of SQLite at ${database}, got none`, {
      cause,
      hint: 'Check the path and its permissions.',
    });
  }
}
