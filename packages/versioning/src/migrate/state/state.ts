import { VersioningError } from '../../errors.ts';
import type { MigrationKind } from '../../migrations/model.ts';
import type { DatabaseConnection, DatabaseRow, DatabaseValue } from '../driver.ts';
import { reasonOf } from '../drivers/database-failure.ts';
import type { Dialect, Direction } from '../model.ts';
import { BACK_CHECKSUM, backChecksumStatement, JOURNAL, MIGRATIONS, tableStatements } from './tables.ts';

/** A migration as its database knows it. */
export interface AppliedRow {
  readonly id: string;
  /** The order of application, from 1 on. */
  readonly place: number;
  readonly checksum: string;
  /** Of what led back when it was applied; empty where nothing did, `undefined` where that is not known. */
  readonly backChecksum?: string | undefined;
  readonly kind: MigrationKind;
  readonly description: string;
  /** `running`: `up` has begun and not ended. `reverting`: `down` has. */
  readonly state: 'applied' | 'running' | 'reverting';
  readonly appliedAt: string;
  readonly by: string;
  readonly ms: number;
}

/** What became of one statement of a migration without a transaction. */
export interface JournalEntry {
  readonly id: string;
  readonly direction: Direction;
  /** From 1 on. */
  readonly statement: number;
  readonly checksum: string;
  readonly state: 'begun' | 'ended' | 'failed';
}

/** All that a database knows of its migrations. */
export interface DatabaseState {
  /** In the order of their application. */
  readonly rows: readonly AppliedRow[];
  readonly journal: readonly JournalEntry[];
}

/** What is kept in a database, through one connection. */
export interface StateStore {
  prepare(): Promise<void>;
  read(): Promise<DatabaseState>;
  addRow(row: Omit<AppliedRow, 'place'>): Promise<void>;
  changeRow(
    id: string,
    change: Partial<
      Pick<AppliedRow, 'state' | 'checksum' | 'appliedAt' | 'by' | 'ms'> & { readonly backChecksum: string }
    >,
  ): Promise<void>;
  removeRow(id: string): Promise<void>;
  note(entry: JournalEntry, at: string): Promise<void>;
  forget(id: string): Promise<void>;
}

/** Characters that the columns take. */
const MOST = { by: 255, description: 500 } as const;
const COLUMNS = {
  state: 'state',
  checksum: 'checksum',
  backChecksum: BACK_CHECKSUM,
  appliedAt: 'applied_at',
  by: 'applied_by',
  ms: 'ms',
} as const;

/** Where the tables of a connection are, so that nothing a migration sets leads elsewhere. */
interface Place {
  readonly schema: string;
  /** The same as it stands before a name. */
  readonly prefix: string;
}

const PLACE_QUERIES: Readonly<Record<Dialect, string>> = {
  sqlite: "SELECT 'main' AS name, 'main' AS quoted",
  postgres:
    "SELECT coalesce(current_schema(), 'public') AS name, quote_ident(coalesce(current_schema(), 'public')) AS quoted",
  mysql: "SELECT database() AS name, concat('`', replace(database(), '`', '``'), '`') AS quoted",
};

async function placeOf(connection: DatabaseConnection): Promise<Place> {
  const [row] = await connection.query(PLACE_QUERIES[connection.dialect]);
  return { schema: String(row?.['name']), prefix: `${String(row?.['quoted'])}.` };
}

const TABLE_QUERIES: Readonly<Record<Dialect, string>> = {
  sqlite: "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND ? = 'main' AND name = ?",
  postgres: 'SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = ? AND tablename = ?',
  mysql: 'SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?',
};

const COLUMN_QUERIES: Readonly<Record<Dialect, string>> = {
  sqlite: 'SELECT 1 FROM main.sqlite_schema AS t, pragma_table_info(t.name, ?) AS c WHERE t.name = ? AND c.name = ?',
  postgres: 'SELECT 1 FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND column_name = ?',
  mysql: 'SELECT 1 FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND column_name = ?',
};

type Ask = (sql: string, values?: readonly DatabaseValue[]) => Promise<readonly DatabaseRow[]>;

/** Opens what a database knows of its migrations. It has to be opened before anything is set on the connection. */
export async function openState(connection: DatabaseConnection): Promise<StateStore> {
  const { dialect } = connection;
  const { schema, prefix } = await placeOf(connection);
  const migrations = prefix + MIGRATIONS;
  const journal = prefix + JOURNAL;
  const ask: Ask = (sql, values = []) => connection.query(withPlaceholders(dialect, sql), values).catch(refuse);
  return {
    prepare: async () => {
      for (const sql of tableStatements(dialect, prefix)) await ask(sql);
      const known = await ask(COLUMN_QUERIES[dialect], [schema, MIGRATIONS, BACK_CHECKSUM]);
      if (known.length === 0) await ask(backChecksumStatement(prefix));
    },
    read: async () => {
      const isThere = (await ask(TABLE_QUERIES[dialect], [schema, JOURNAL])).length > 0;
      if (!isThere) return { rows: [], journal: [] };
      const rows = await ask(`SELECT * FROM ${migrations} ORDER BY place`);
      const entries = await ask(`SELECT * FROM ${journal} ORDER BY id, direction, statement`);
      return { rows: rows.map(rowOf), journal: entries.map(entryOf) };
    },
    ...rowChanges(ask, migrations),
    ...journalChanges(ask, journal),
  };
}

function rowChanges(ask: Ask, table: string): Pick<StateStore, 'addRow' | 'changeRow' | 'removeRow'> {
  return {
    addRow: async ({ id, checksum, backChecksum = '', kind, description, state, appliedAt, by, ms }) => {
      const [last] = await ask(`SELECT coalesce(max(place), 0) AS place FROM ${table}`);
      const place = Number(last?.['place']) + 1;
      const who = by.slice(0, MOST.by);
      const what = description.slice(0, MOST.description);
      await ask(
        `INSERT INTO ${table} (id, place, checksum, ${BACK_CHECKSUM}, kind, description, state, applied_at, applied_by, ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [id, place, checksum, backChecksum, kind, what, state, appliedAt, who, Math.round(ms)],
      );
    },
    changeRow: async (id, change) => {
      const names = Object.keys(change).map((name) => `${COLUMNS[name as keyof typeof COLUMNS]} = ?`);
      const values = Object.values(change).map((value) => (typeof value === 'number' ? Math.round(value) : value));
      await ask(`UPDATE ${table} SET ${names.join(', ')} WHERE id = ?`, [...values, id]);
    },
    removeRow: async (id) => void (await ask(`DELETE FROM ${table} WHERE id = ?`, [id])),
  };
}

function journalChanges(ask: Ask, table: string): Pick<StateStore, 'note' | 'forget'> {
  return {
    note: async ({ id, direction, statement, checksum, state }, at) => {
      const where = 'WHERE id = ? AND direction = ? AND statement = ?';
      const key = [id, direction, statement];
      // One statement that changes something, so that a kill leaves the one note or the other.
      const isNoted = (await ask(`SELECT 1 FROM ${table} ${where}`, key)).length > 0;
      const sql = isNoted
        ? `UPDATE ${table} SET checksum = ?, state = ?, noted_at = ? ${where}`
        : `INSERT INTO ${table} (checksum, state, noted_at, id, direction, statement) VALUES (?, ?, ?, ?, ?, ?)`;
      await ask(sql, [checksum, state, at, ...key]);
    },
    forget: async (id) => void (await ask(`DELETE FROM ${table} WHERE id = ?`, [id])),
  };
}

/** What is in the way of our own tables is no fault of a migration. */
function refuse(cause: unknown): never {
  throw new VersioningError('DATABASE_REFUSED', `Expected to use the table ${MIGRATIONS}, got ${reasonOf(cause)}`, {
    cause,
    hint: 'Check that the user may make and change tables, and that the connection lasts.',
  });
}

/** Our own statements have question marks nowhere else. */
function withPlaceholders(dialect: Dialect, sql: string): string {
  let count = 0;
  return dialect === 'postgres' ? sql.replaceAll('?', () => `$${++count}`) : sql;
}

function rowOf(row: DatabaseRow): AppliedRow {
  return {
    id: String(row['id']),
    place: Number(row['place']),
    checksum: String(row['checksum']),
    // Tables of older versions have no such column, and their rows nothing in it.
    backChecksum: typeof row[BACK_CHECKSUM] === 'string' ? row[BACK_CHECKSUM] : undefined,
    kind: row['kind'] as MigrationKind,
    description: String(row['description']),
    state: row['state'] as AppliedRow['state'],
    appliedAt: String(row['applied_at']),
    by: String(row['applied_by']),
    ms: Number(row['ms']),
  };
}

function entryOf(row: DatabaseRow): JournalEntry {
  return {
    id: String(row['id']),
    direction: row['direction'] as Direction,
    statement: Number(row['statement']),
    checksum: String(row['checksum']),
    state: row['state'] as JournalEntry['state'],
  };
}
