import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { RecordChange } from '../contract.ts';
import { idParts, quoted, rowOf, rowOfOthers } from '../table-options.ts';
import type { TableShape } from './table.ts';
import { fromJson, type SqliteValue } from './values.ts';

/** Puts and deletes rows of one table. */
export class TableWriter {
  readonly #database: DatabaseSync;
  readonly #shape: TableShape;
  readonly #module: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, module: string, shape: TableShape) {
    this.#database = database;
    this.#module = module;
    this.#shape = shape;
  }

  change(change: RecordChange): void {
    if (change.type === 'put') this.#put(change.record.id, change.record.data);
    else this.#delete(change.id);
  }

  #put(id: string, data: unknown): void {
    const { name, columns, id: key } = this.#shape;
    if (this.#isOfOthers(id)) throw rowOfOthers(this.#module, id);
    const row = rowOf(this.#module, id, data);
    // What the record does not know stays as it is, or gets its default.
    const known = columns.filter((column) => row[column.name] !== undefined);
    const names = known.map((column) => quoted(column.name));
    const update = known.filter((column) => !key.includes(column.name)).map((column) => quoted(column.name));
    const set = update.map((column) => `${column} = excluded.${column}`).join(', ');
    const statement = this.#statement(
      `INSERT INTO ${quoted(name)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
      ON CONFLICT (${key.map((column) => quoted(column)).join(', ')}) DO ${set === '' ? 'NOTHING' : `UPDATE SET ${set}`}`,
    );
    const where = (column: string): string => `${column} of record ${JSON.stringify(id)} of module ${this.#module}`;
    statement.run(...known.map((column) => fromJson(row[column.name], column.isReal, where(column.name))));
  }

  /** Whether there is a row of this id that the target leaves out. */
  #isOfOthers(id: string): boolean {
    const { name, idSql, where, values } = this.#shape;
    if (where === 'TRUE') return false;
    const sql = `SELECT 1 FROM ${quoted(name)} WHERE NOT coalesce(${where}, FALSE) AND ${idSql} = ?`;
    return this.#statement(sql).get(...values, id) !== undefined;
  }

  #delete(id: string): void {
    const { name, id: key, idSql } = this.#shape;
    const values = idParts(id, key).map((part) => blobOf(part) ?? part);
    // With the affinity of the columns, so that an index is used; what has none, or looks like bytes and is text, by its id.
    const columns = key.map((column) => `${quoted(column)} = ?`).join(' AND ');
    const done = this.#statement(`DELETE FROM ${quoted(name)} WHERE ${columns} AND ${idSql} = ?`).run(...values, id);
    if (Number(done.changes) === 0) this.#statement(`DELETE FROM ${quoted(name)} WHERE ${idSql} = ?`).run(id);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Bytes that an id names as SQLite writes them. */
function blobOf(part: string): SqliteValue | undefined {
  const hex = /^x'((?:[0-9A-F]{2})*)'$/.exec(part)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}
