import type { DatabaseSync } from 'node:sqlite';

import { checkAborted } from '../../run/abort.ts';
import type { SourceDetail } from '../../source/contract.ts';
import type { DataRecord, DeletedRecord } from '../contract.ts';
import { quoted } from '../table-options.ts';
import { sqliteRefusal } from './failure.ts';
import type { TableShape } from './table.ts';
import { type SqliteValue, toJson } from './values.ts';

/** Rows between two looks at the signal, and between turns of others. */
const TURN = 1024;

/** Rows of a table as records, by id. */
export async function* readRows(
  database: DatabaseSync,
  shape: TableShape,
  { signal, since }: { readonly signal: AbortSignal; readonly since?: number | undefined },
): AsyncGenerator<DataRecord, void, undefined> {
  const { columns, idSql, updatedSql, deletedSql } = shape;
  const conditions = [shape.where];
  if (deletedSql !== undefined) conditions.push(`${deletedSql} IS NULL`);
  // Where nobody knows when it was changed, it may have been.
  if (since !== undefined && updatedSql !== undefined) conditions.push(`ifnull(${updatedSql} >= ?, TRUE)`);
  const names = columns.map(({ name }, i) => `${quoted(name)} AS c${i}`);
  const sql = `SELECT ${[`${idSql} AS id`, `${updatedSql ?? 'NULL'} AS at`, ...names].join(', ')}
    FROM ${quoted(shape.name)} WHERE ${conditions.join(' AND ')} ORDER BY 1`;
  const values = [...shape.values, ...(since !== undefined && updatedSql !== undefined ? [since] : [])];
  for await (const row of rows(database, { sql, values, signal })) {
    const data: Record<string, SourceDetail> = {};
    for (const [i, { name, isReal }] of columns.entries()) data[name] = toJson(row[`c${i}`] as SqliteValue, isReal);
    const id = row['id'] as string;
    if (row['at'] === null) yield { id, data };
    else yield { id, updatedAt: Number(row['at']), data };
  }
}

/** Ids of all rows, in order. */
export async function* readIds(
  database: DatabaseSync,
  shape: TableShape,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const sql = `SELECT ${shape.idSql} AS id FROM ${quoted(shape.name)} WHERE ${shape.where} ORDER BY 1`;
  for await (const row of rows(database, { sql, values: shape.values, signal })) yield row['id'] as string;
}

/** Rows that are marked as deleted. */
export async function* readDeleted(
  database: DatabaseSync,
  shape: TableShape,
  { signal, since }: { readonly signal: AbortSignal; readonly since: number },
): AsyncGenerator<DeletedRecord, void, undefined> {
  const { deletedSql = 'NULL' } = shape;
  const sql = `SELECT ${shape.idSql} AS id, ${deletedSql} AS at FROM ${quoted(shape.name)}
    WHERE ${shape.where} AND ${deletedSql} >= ? ORDER BY 1`;
  for await (const row of rows(database, { sql, values: [...shape.values, since], signal }))
    yield { id: row['id'] as string, deletedAt: Number(row['at']) };
}

async function* rows(
  database: DatabaseSync,
  query: {
    readonly sql: string;
    readonly values: readonly (string | number | bigint | null)[];
    readonly signal: AbortSignal;
  },
): AsyncGenerator<Record<string, unknown>, void, undefined> {
  try {
    const statement = database.prepare(query.sql);
    statement.setReadBigInts(true);
    let count = 0;
    for (const row of statement.iterate(...query.values)) {
      if (++count % TURN === 0) {
        checkAborted(query.signal);
        await new Promise((resolve) => void setImmediate(resolve));
      }
      yield row;
    }
  } catch (error) {
    throw sqliteRefusal(error);
  }
}
