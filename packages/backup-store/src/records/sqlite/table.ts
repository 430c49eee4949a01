import type { DatabaseSync } from 'node:sqlite';

import { BackupError } from '../../errors.ts';
import { idColumns, quoted, type RecordTable } from '../table-options.ts';

/** A table of SQLite whose rows are records. */
export interface SqliteTable extends RecordTable {
  /** What numbers in `updatedAt` and `deletedAt` count. Text there is read as SQLite's date functions do. Default `ms`. */
  readonly timeUnit?: 's' | 'ms' | undefined;
}

/** A column as SQLite knows it. */
export interface SqliteColumn {
  readonly name: string;
  readonly type: string;
  /** Every number in it is a floating point number (SQLite manual, "Determination Of Column Affinity"). */
  readonly isReal: boolean;
}

/** What reading and writing a table needs to know. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly SqliteColumn[];
  readonly id: readonly string[];
  /** SQL of the id, as text. */
  readonly idSql: string;
  /** SQL of `updatedAt` and `deletedAt` in milliseconds. */
  readonly updatedSql: string | undefined;
  readonly deletedSql: string | undefined;
  readonly where: string;
  readonly values: readonly (string | number | bigint | null)[];
  /** Tables that it refers to. */
  readonly refersTo: readonly string[];
}

/** Asks the database for a table. @throws {BackupError} `DATABASE_NOT_FOUND`, `INVALID_OPTION`. */
export function tableShape(database: DatabaseSync, options: SqliteTable): TableShape {
  const { table, where } = options;
  // Not `table_info`: it does not name computed columns, which can't be written.
  const found = database.prepare(`SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)`).all(table) as {
    readonly name: string;
    readonly type: string;
    readonly pk: number;
    readonly hidden: number;
  }[];
  if (found.length === 0)
    throw new BackupError('DATABASE_NOT_FOUND', `Expected a table ${table} in the database, got none`, {
      hint: 'Check the name, and that it is the right database.',
    });
  const key = found.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
  const id = options.id === undefined ? key.map(({ name }) => name) : idColumns(options.id);
  const { columns: chosen, updatedAt, deletedAt } = options;
  const known = new Set(found.map(({ name }) => name));
  const missing = [...id, ...(chosen ?? []), updatedAt, deletedAt].find(
    (name) => name !== undefined && !known.has(name),
  );
  if (id.length === 0 || missing !== undefined)
    throw new BackupError(
      'INVALID_OPTION',
      missing === undefined
        ? `Expected columns that name a row of ${table}, got none`
        : `Expected columns of ${table}, got ${JSON.stringify(missing)}`,
      { hint: 'Name the columns of the id: the table has no primary key.', details: [...known] },
    );
  const columns = found
    .filter(({ name, hidden }) => hidden === 0 && (chosen === undefined || [...chosen, ...id].includes(name)))
    .map(({ name, type }) => ({ name, type, isReal: isReal(type) }));
  const refersTo = database.prepare('SELECT "table" AS name FROM pragma_foreign_key_list(?)').all(table);
  return {
    name: table,
    columns,
    id,
    idSql: idSql(id),
    updatedSql: updatedAt === undefined ? undefined : timeSql(updatedAt, options),
    deletedSql: deletedAt === undefined ? undefined : timeSql(deletedAt, options),
    where: where === undefined ? 'TRUE' : `(${where.sql})`,
    values: where?.values ?? [],
    refersTo: refersTo.map(({ name }) => String(name)),
  };
}

/** SQLite manual, "Determination Of Column Affinity": the rules count in this order. */
function isReal(type: string): boolean {
  const upper = type.toUpperCase();
  if (['INT', 'CHAR', 'CLOB', 'TEXT', 'BLOB'].some((word) => upper.includes(word))) return false;
  return ['REAL', 'FLOA', 'DOUB'].some((word) => upper.includes(word));
}

function textSql(column: string): string {
  const name = quoted(column);
  return `CASE typeof(${name}) WHEN 'blob' THEN 'x''' || hex(${name}) || '''' ELSE CAST(${name} AS TEXT) END`;
}

function idSql(columns: readonly string[]): string {
  if (columns.length === 1) return textSql(columns[0] as string);
  return `json_array(${columns.map((column) => textSql(column)).join(', ')})`;
}

function timeSql(column: string, { timeUnit = 'ms' }: SqliteTable): string {
  const name = quoted(column);
  const ofText = `CAST(round(unixepoch(${name}, 'subsec') * 1000) AS INTEGER)`;
  const ofNumber = `CAST(${name} * ${timeUnit === 's' ? 1000 : 1} AS INTEGER)`;
  return `CASE typeof(${name}) WHEN 'null' THEN NULL WHEN 'text' THEN ${ofText} ELSE ${ofNumber} END`;
}
