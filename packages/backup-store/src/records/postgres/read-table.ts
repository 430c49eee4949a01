import { checkAborted } from '../../run/abort.ts';
import type { SourceDetail } from '../../source/contract.ts';
import type { DataRecord, DeletedRecord } from '../contract.ts';
import { quoted } from '../table-options.ts';
import { inSavepoint, inTransaction, type PostgresClient } from './client.ts';
import { momentSql, type TableShape, timeSql } from './table.ts';
import { toJson } from './values.ts';

/** Rows that are fetched at a time. */
const FETCH = 2000;

/** What is read, and where. */
export interface TableReading {
  readonly client: PostgresClient;
  readonly shape: TableShape;
  readonly signal: AbortSignal;
  /** Whether a transaction is under way, in which it is read; else it is read as it is when that begins. */
  readonly isWithin: boolean;
}

interface Query {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Rows of a table as records, by id. */
export async function* readRows(reading: TableReading, since?: number): AsyncGenerator<DataRecord, void, undefined> {
  const { shape } = reading;
  const { columns, updatedAt } = shape;
  const values: unknown[] = [...shape.values];
  const conditions = [shape.where];
  if (shape.deletedAt !== undefined) conditions.push(`${quoted(shape.deletedAt.name)} IS NULL`);
  if (since !== undefined && updatedAt !== undefined) {
    values.push(String(since));
    const moment = momentSql(updatedAt, `$${values.length}`);
    // Where nobody knows when it was changed, it may have been.
    conditions.push(`(${quoted(updatedAt.name)} >= ${moment} OR ${quoted(updatedAt.name)} IS NULL)`);
  }
  const at = updatedAt === undefined ? 'NULL' : `${timeSql(updatedAt)}::text`;
  const texts = columns.map(({ name }, i) => `${quoted(name)}::text AS c${i}`);
  const sql = select([`${shape.idSql} AS id`, `${at} AS at`, ...texts], shape, conditions);
  for await (const row of rows(reading, { sql, values })) {
    const data: Record<string, SourceDetail> = {};
    for (const [i, column] of columns.entries()) data[column.name] = toJson(row[`c${i}`], column);
    const id = row['id'] as string;
    if (row['at'] === null) yield { id, data };
    else yield { id, updatedAt: Number(row['at']), data };
  }
}

/** Ids of all rows, in order. */
export async function* readIds(reading: TableReading): AsyncGenerator<string, void, undefined> {
  const { shape } = reading;
  const sql = select([`${shape.idSql} AS id`], shape, [shape.where]);
  for await (const row of rows(reading, { sql, values: shape.values })) yield row['id'] as string;
}

/** Rows that are marked as deleted. */
export async function* readDeleted(
  reading: TableReading,
  since: number,
): AsyncGenerator<DeletedRecord, void, undefined> {
  const { shape } = reading;
  if (shape.deletedAt === undefined) return;
  const values = [...shape.values, String(since)];
  const condition = `${quoted(shape.deletedAt.name)} >= ${momentSql(shape.deletedAt, `$${values.length}`)}`;
  const names = [`${shape.idSql} AS id`, `${timeSql(shape.deletedAt)}::text AS at`];
  const sql = select(names, shape, [shape.where, condition]);
  for await (const row of rows(reading, { sql, values }))
    yield { id: row['id'] as string, deletedAt: Number(row['at']) };
}

const select = (names: readonly string[], { name }: TableShape, conditions: readonly string[]): string =>
  `SELECT * FROM (SELECT ${names.join(', ')} FROM ${name} WHERE ${conditions.join(' AND ')}) AS found ORDER BY id COLLATE "C"`;

let cursors = 0;

/** Rows of a query, by a cursor: so many are in memory and no more. */
async function* rows(
  { client, signal, isWithin }: TableReading,
  { sql, values }: Query,
): AsyncGenerator<Record<string, unknown>, void, undefined> {
  const cursor = `holdfast_${++cursors}`;
  // A table that can't be read must not end the transaction that others are read in.
  if (isWithin)
    await inSavepoint(client, async () => {
      await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`, [...values]);
    });
  else {
    const declare = `DECLARE ${cursor} NO SCROLL CURSOR WITH HOLD FOR ${sql}`;
    await inTransaction(client, 'BEGIN READ ONLY', async () => await client.query(declare, [...values]));
  }
  try {
    for (;;) {
      checkAborted(signal);
      const { rows: found } = await client.query(`FETCH ${FETCH} FROM ${cursor}`);
      yield* found;
      if (found.length < FETCH) return;
    }
  } finally {
    // With the transaction, or the connection, it is gone already.
    await client.query(`CLOSE ${cursor}`).catch(() => undefined);
  }
}
