import { BackupError } from '../../errors.ts';
import { idColumns, quoted, type RecordTable } from '../table-options.ts';
import type { PostgresClient } from './client.ts';

/** A table of PostgreSQL whose rows are records. */
export interface PostgresTable extends RecordTable {
  /** Default: where the search path finds the table. */
  readonly schema?: string | undefined;
}

/** A column as PostgreSQL knows it. */
export interface PostgresColumn {
  readonly name: string;
  /** With its modifiers, such as `numeric(10,2)`. */
  readonly type: string;
  /** Filled by the server, so that it has to be told to take another value. */
  readonly isIdentity: boolean;
}

/** What reading and writing a table needs to know. */
export interface TableShape {
  /** Number of the table in the server's catalog. */
  readonly oid: string;
  /** As SQL has it. */
  readonly name: string;
  readonly columns: readonly PostgresColumn[];
  readonly id: readonly PostgresColumn[];
  readonly idSql: string;
  /** The column's times can be compared with the server's clock. */
  readonly hasZone: boolean;
  readonly updatedAt: PostgresColumn | undefined;
  readonly deletedAt: PostgresColumn | undefined;
  readonly where: string;
  readonly values: readonly unknown[];
  /** Numbers of tables that it refers to. */
  readonly refersTo: readonly string[];
}

const COLUMNS = `SELECT c.oid::text AS oid, format('%I.%I', n.nspname, c.relname) AS name,
  a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, (a.attgenerated <> '')::text AS generated,
  (a.attidentity = 'a')::text AS identity, array_position(i.indkey::int2[], a.attnum)::text AS place
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  WHERE c.oid = to_regclass($1) ORDER BY a.attnum`;

const REFERENCES = `SELECT DISTINCT confrelid::text AS oid FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::oid`;

/** Asks the server for a table. @throws {BackupError} `DATABASE_NOT_FOUND`, `INVALID_OPTION`. */
export async function tableShape(client: PostgresClient, options: PostgresTable): Promise<TableShape> {
  const { table, schema, where, columns: chosen, updatedAt, deletedAt } = options;
  const asked = schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
  const { rows } = await client.query(COLUMNS, [asked]);
  const [first] = rows;
  if (first === undefined)
    throw new BackupError('DATABASE_NOT_FOUND', `Expected a table ${asked} in the database, got none`, {
      hint: 'Check the name and its schema, and that it is the right database.',
    });
  const all = new Map(rows.map((row) => [String(row['column']), columnOf(row)] as const));
  const key = rows
    .filter((row) => row['place'] !== null)
    .toSorted((a, b) => Number(a['place']) - Number(b['place']))
    .map((row) => String(row['column']));
  const id = options.id === undefined ? key : idColumns(options.id);
  const missing = [...id, ...(chosen ?? []), updatedAt, deletedAt].find((name) => name !== undefined && !all.has(name));
  if (id.length === 0 || missing !== undefined)
    throw new BackupError(
      'INVALID_OPTION',
      missing === undefined
        ? `Expected columns that name a row of ${asked}, got none`
        : `Expected columns of ${asked}, got ${JSON.stringify(missing)}`,
      { hint: 'Name the columns of the id: the table has no primary key.', details: [...all.keys()] },
    );
  const writable = rows.filter((row) => row['generated'] !== 'true').map((row) => String(row['column']));
  const columns = writable.filter((name) => chosen === undefined || [...chosen, ...id].includes(name));
  const column = (name: string): PostgresColumn => all.get(name) as PostgresColumn;
  const oid = String(first['oid']);
  const references = await client.query(REFERENCES, [oid]);
  return {
    oid,
    name: String(first['name']),
    columns: columns.map((name) => column(name)),
    id: id.map((name) => column(name)),
    idSql: idSql(id),
    hasZone: updatedAt !== undefined && column(updatedAt).type.endsWith('with time zone'),
    updatedAt: updatedAt === undefined ? undefined : column(updatedAt),
    deletedAt: deletedAt === undefined ? undefined : column(deletedAt),
    where: where === undefined ? 'TRUE' : `(${where.sql})`,
    values: where?.values ?? [],
    refersTo: references.rows.map((row) => String(row['oid'])),
  };
}

function columnOf(row: Record<string, unknown>): PostgresColumn {
  return { name: String(row['column']), type: String(row['type']), isIdentity: row['identity'] === 'true' };
}

function idSql(columns: readonly string[]): string {
  const texts = columns.map((column) => `${quoted(column)}::text`);
  // As JSON.stringify writes it: without blanks.
  const strings = texts.map((text) => `to_json(${text})::text`);
  return texts.length === 1 ? (texts[0] as string) : `'[' || ${strings.join(` || ',' || `)} || ']'`;
}

/** SQL of a time in milliseconds since 1970; numbers are those. Times without a zone are taken for UTC. */
export function timeSql({ name, type }: PostgresColumn): string {
  if (!isDate(type)) return `floor(${quoted(name)})::bigint`;
  return `floor(extract(epoch FROM ${quoted(name)}) * 1000)::bigint`;
}

/** SQL of a parameter in milliseconds as what a column of times is compared with. */
export function momentSql({ type }: PostgresColumn, parameter: string): string {
  if (!isDate(type)) return `${parameter}::bigint`;
  const moment = `to_timestamp(${parameter}::bigint / 1000.0)`;
  return type.endsWith('with time zone') ? moment : `(${moment} AT TIME ZONE 'UTC')`;
}

const isDate = (type: string): boolean => type.startsWith('timestamp') || type === 'date';
