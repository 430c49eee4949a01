import type { RecordChange } from '../contract.ts';
import { idParts, quoted, rowOf, rowOfOthers } from '../table-options.ts';
import type { PostgresClient } from './client.ts';
import type { PostgresColumn, TableShape } from './table.ts';
import { fromJson } from './values.ts';

/** Does one change to a table, in the transaction that is under way. */
export async function changeRow(client: PostgresClient, shape: TableShape, change: RecordChange): Promise<void> {
  if (change.type === 'put') await putRow(client, shape, change);
  else await deleteRow(client, shape, change.id);
}

async function putRow(
  client: PostgresClient,
  shape: TableShape,
  { module, record: { id, data } }: Extract<RecordChange, { type: 'put' }>,
): Promise<void> {
  const { name, columns, id: key } = shape;
  if (await isOfOthers(client, shape, id)) throw rowOfOthers(module, id);
  const row = rowOf(module, id, data);
  // What the record does not know stays as it is, or gets its default.
  const known = columns.filter((column) => row[column.name] !== undefined);
  const values = known.map((column) =>
    fromJson(row[column.name], `${column.name} of record ${JSON.stringify(id)} of module ${module}`),
  );
  const overriding = known.some(({ isIdentity }) => isIdentity) ? 'OVERRIDING SYSTEM VALUE ' : '';
  const set = known
    .filter((column) => !key.some((each) => each.name === column.name))
    .map((column) => `${quoted(column.name)} = excluded.${quoted(column.name)}`);
  const target = key.map((column) => quoted(column.name)).join(', ');
  await client.query(
    `INSERT INTO ${name} (${known.map((column) => quoted(column.name)).join(', ')}) ${overriding}VALUES (${casts(known)})
    ON CONFLICT (${target}) DO ${set.length === 0 ? 'NOTHING' : `UPDATE SET ${set.join(', ')}`}`,
    values,
  );
}

/** Whether there is a row of this id that the target leaves out. */
async function isOfOthers(
  client: PostgresClient,
  { name, id: key, where, values }: TableShape,
  id: string,
): Promise<boolean> {
  if (where === 'TRUE') return false;
  const names = key.map((column) => column.name);
  const conditions = key.map((column, i) => `${quoted(column.name)} = $${values.length + i + 1}::text::${column.type}`);
  const { rows } = await client.query(
    `SELECT 1 FROM ${name} WHERE NOT coalesce(${where}, FALSE) AND ${conditions.join(' AND ')}`,
    [...values, ...idParts(id, names)],
  );
  return rows.length > 0;
}

async function deleteRow(client: PostgresClient, { name, id: key }: TableShape, id: string): Promise<void> {
  const names = key.map((column) => column.name);
  const conditions = key.map((column, i) => `${quoted(column.name)} = $${i + 1}::text::${column.type}`);
  await client.query(`DELETE FROM ${name} WHERE ${conditions.join(' AND ')}`, [...idParts(id, names)]);
}

/** Parameters as text, which the server reads as the column's type. */
const casts = (columns: readonly PostgresColumn[]): string =>
  columns.map(({ type }, i) => `$${i + 1}::text::${type}`).join(', ');
