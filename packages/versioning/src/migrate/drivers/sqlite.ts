import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { shown, VersioningError } from '../../errors.ts';
import type { DatabaseConnection, DatabaseRow, DatabaseValue, MigrationDriver } from '../driver.ts';
import { readStatements } from '../sql/statements.ts';
import { refused, unreachable } from './database-failure.ts';
import { describeSqlite } from './sqlite-schema.ts';

/** Options of {@link sqliteDriver}. */
export interface SqliteDriverOptions {
  /** How long a statement waits for others that write, in milliseconds. Default: 10,000. */
  readonly busyTimeoutMs?: number | undefined;
}

const BUSY_TIMEOUT_MS = 10_000;

/**
 * A driver for a file of SQLite, with the SQLite that is part of Node. A file that is not there is made. Beside it lies an empty file
 * `<file>-migrate-lock`, by which two processes know of each other.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a database in memory: it would be another one for each connection.
 * @example
 * ```ts
 * import { createMigrator, sqliteDriver } from '@x/versioning/migrate';
 *
 * const migrator = createMigrator({ driver: sqliteDriver('shop.db'), migrations: 'migrations' });
 * await migrator.apply(await migrator.plan('up'));
 * await migrator.close();
 * ```
 */
export function sqliteDriver(file: string, options: SqliteDriverOptions = {}): MigrationDriver {
  if (file === '' || file.startsWith(':') || file.startsWith('file:')) {
    throw new VersioningError('INVALID_OPTION', `Expected the path of a database of SQLite, got ${shown(file)}`, {
      hint: 'It has to be a file, as each connection would have a database in memory of its own.',
    });
  }
  const place = `sqlite:${file}`;
  const { busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  return {
    dialect: 'sqlite',
    place,
    connect: async (use) => {
      const sqlite = loadSqlite();
      const path = realPath(file);
      // Looking at a database that is not there must not make it.
      if (use === 'read' && !existsSync(path)) return connectionOf(sqlite, new sqlite.DatabaseSync(':memory:'), path);
      return connectionOf(sqlite, open(sqlite, { path, place, timeout: busyTimeoutMs }), path);
    },
    scratch: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-verify-'));
      return {
        driver: sqliteDriver(join(folder, 'verify.db')),
        drop: () => rm(folder, { recursive: true, force: true }),
      };
    },
    describe: describeSqlite,
  };
}

type Sqlite = typeof import('node:sqlite');

interface Opening {
  readonly path: string;
  readonly place: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Those who have another database never load it, and no bundler cuts the prefix that it can't do without. @throws {VersioningError} `DRIVER_MISSING`. */
function loadSqlite(): Sqlite {
  const found = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
  if (found !== undefined) return found;
  throw new VersioningError('DRIVER_MISSING', 'Expected a Node.js with SQLite, got one that was built without', {
    hint: 'Use the Node.js of nodejs.org, 22.19 or later.',
  });
}

/** Where links lead, so that all who mean the same database have one lock. */
function realPath(file: string): string {
  const path = resolve(file);
  try {
    return realpathSync(path);
  } catch {
    // A file that is not there yet; if its folder is missing, too, opening it says so.
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}

function open({ DatabaseSync: Database }: Sqlite, { path, place, timeout }: Opening): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    // Tables are changed by making them anew, for which references may lead nowhere for a while.
    database = new Database(path, { timeout, enableForeignKeyConstraints: false });
    // Opening alone reads nothing.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (cause) {
    database?.close();
    const isOther = (cause as { readonly errcode?: number }).errcode === 26;
    if (isOther) throw refused({ place, cause }, 'It is a file of another kind, or encrypted: check the path.');
    throw unreachable({ place, cause }, 'Check the path, and that you may write there.');
  }
}

function connectionOf(sqlite: Sqlite, database: DatabaseSync, path: string): DatabaseConnection {
  let lock: DatabaseSync | undefined;
  let before: ReadonlySet<string> | undefined;
  return {
    dialect: 'sqlite',
    query: async (sql, values = []) => rowsOf(database, sql, values),
    tryHold: async (what) => {
      // The work ends with the process, as it is done in it.
      if (what === 'work') return true;
      lock ??= lockOf(sqlite, `${path}-migrate-lock`);
      return lock !== undefined;
    },
    begin: async () => {
      database.exec('BEGIN IMMEDIATE');
      before = violationsBefore(database);
    },
    commit: async () => {
      if (before !== undefined) refuseViolations(violations(database), before);
      database.exec('COMMIT');
    },
    rollback: async () => {
      if (database.isTransaction) database.exec('ROLLBACK');
    },
    close: async () => {
      lock?.close();
      if (database.isOpen) database.close();
    },
  };
}

function rowsOf(database: DatabaseSync, sql: string, values: readonly DatabaseValue[]): readonly DatabaseRow[] {
  const statement = database.prepare(sql);
  // SQLite itself passes over what stands behind the first statement.
  const rest = sql.slice(statement.sourceSQL.length);
  if (rest.trim() !== '' && readStatements(rest, 'sqlite').length > 0) {
    throw new Error('one statement at a time: there is another one behind the first');
  }
  const bound = values.map((value): SQLInputValue => (typeof value === 'boolean' ? Number(value) : value));
  return statement.all(...bound);
}

/** A file of its own: a lock in the database would keep out the work that it is for. The system lets go of it when its process ends. */
function lockOf({ DatabaseSync: Database }: Sqlite, path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new Database(path, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const isBusy = [5, 6].includes(((error as { readonly errcode?: number }).errcode ?? 0) & 0xff);
    if (isBusy) return undefined;
    throw unreachable({ place: path, cause: error }, 'It is the lock of migrations: check that you may write there.');
  }
}

/** Rows that refer to nothing. @throws where a reference itself is wrong, as one to a column that is not unique. */
function violations(database: DatabaseSync): ReadonlySet<string> {
  const rows = database.prepare('PRAGMA foreign_key_check').all();
  return new Set(rows.map((row) => JSON.stringify(row)));
}

/** None where the check is not possible: what was wrong before is not the fault of a migration. */
function violationsBefore(database: DatabaseSync): ReadonlySet<string> | undefined {
  try {
    return violations(database);
  } catch {
    return undefined;
  }
}

function refuseViolations(after: ReadonlySet<string>, before: ReadonlySet<string>): void {
  const rows = [...after].filter((row) => !before.has(row));
  const [first] = rows;
  if (first === undefined) return;
  const { table, parent } = JSON.parse(first) as { readonly table?: string; readonly parent?: string };
  const count = rows.length === 1 ? 'a row' : `${rows.length} rows`;
  throw new Error(`FOREIGN KEY constraint failed: ${count} of ${table} would refer to what is not in ${parent}`);
}
