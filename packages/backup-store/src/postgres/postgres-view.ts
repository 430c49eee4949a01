import { commandOutput } from '../command/command-source.ts';
import type { DatabaseView, RowsWanted, ViewedTable } from '../comparison/contract.ts';
import { textRows } from '../comparison/text-rows.ts';
import { withFailures } from '../databases/failures.ts';
import { postgresFailure } from './failure.ts';
import { postgresCommand, type PostgresPrograms, PSQL, queryJson } from './programs.ts';
import { literal, quoted } from './sql-text.ts';

/** Under these, the same value has the same text on every server. With no path, names are told with their schemas. */
const SETTINGS =
  "SET search_path = ''; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC'; SET bytea_output = 'hex'; SET extra_float_digits = 3; ";

/** Tables, views and what each is made of. What belongs to an extension comes with it, and is not of a dump. */
const TABLES_SQL = `WITH own AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name, format('%I.%I', n.nspname, c.relname) AS sql, c.relkind FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ), parts AS (
    SELECT a.attrelid AS oid, 'column ' || a.attname AS part, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' ||
        (SELECT collname FROM pg_catalog.pg_collation o WHERE o.oid = a.attcollation) END,
      CASE WHEN a.attnotnull THEN 'not null' END, CASE WHEN a.attidentity <> '' THEN 'identity' END,
      CASE WHEN a.attgenerated <> '' THEN 'generated' ELSE 'default' END || ' ' || pg_get_expr(f.adbin, f.adrelid)) AS text
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT conrelid, 'constraint ' || conname, pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE conrelid <> 0
    UNION ALL SELECT i.indrelid, 'index ' || c.relname, pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    UNION ALL SELECT tgrelid, 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_catalog.pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT oid, 'definition', pg_get_viewdef(oid) FROM pg_catalog.pg_class WHERE relkind IN ('v', 'm')
  ) SELECT json_build_object('tables', coalesce(json_agg(json_build_object('name', name, 'sql', sql, 'kind', relkind,
    'parts', (SELECT coalesce(json_object_agg(part, text), '{}') FROM parts WHERE parts.oid = own.oid),
    'columns', (SELECT coalesce(json_agg(attname ORDER BY attnum), '[]') FROM pg_catalog.pg_attribute
      WHERE attrelid = own.oid AND attnum > 0 AND NOT attisdropped),
    'key', (SELECT coalesce(json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum)), '[]') FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = own.oid AND i.indisprimary))),
    '[]')) FROM own`;

interface FoundTable {
  readonly name: string;
  /** Its name as it stands in SQL. */
  readonly sql: string;
  /** Of `pg_class`: `r` table, `p` partitioned table, `v` view, `m` materialized view. */
  readonly kind: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

/** A database of PostgreSQL, as a comparison looks at it: tables, partitions and views. Each table is read in a state of its own. */
export function postgresView(programs: PostgresPrograms, database: string): DatabaseView {
  const names = new Map<string, string>();
  const sqlName = ({ name }: ViewedTable): string => names.get(name) ?? quoted(name);
  return {
    async tables(signal) {
      const { tables } = await queryJson(programs, SETTINGS + TABLES_SQL, { database, signal });
      return (tables as readonly FoundTable[]).map(({ kind, parts, sql, ...table }): ViewedTable => {
        names.set(table.name, sql);
        // A partitioned table has its rows in its partitions, and what a materialized view has depends on when it was made.
        return { ...table, hasRows: kind === 'r', parts: new Map(Object.entries(parts)) };
      });
    },
    async count(table, signal) {
      const sql = `SELECT json_build_object('rows', count(*)) FROM ONLY ${sqlName(table)}`;
      return Number((await queryJson(programs, sql, { database, signal }))['rows']);
    },
    rows(table, wanted) {
      const args = [...PSQL, `--command=${SETTINGS}${copySql(sqlName(table), wanted)}`];
      const output = commandOutput(postgresCommand(programs, 'psql', args, database), wanted.signal);
      return textRows(withFailures(output, postgresFailure), wanted.key.length, unescaped);
    },
  };
}

function copySql(name: string, { columns, key }: RowsWanted): string {
  const text = (column: string): string => `${quoted(column)}::text`;
  const fields = [...key, ...columns].map((column) => text(column));
  // By the bytes of UTF-8, whatever the server's own encoding and collation are.
  const order = key.map((column) => `pg_catalog.convert_to(${text(column)}, ${literal('UTF8')})`).join(', ');
  const rows = `SELECT ${fields.join(', ')} FROM ONLY ${name}`;
  return `COPY (${rows}${key.length === 0 ? '' : ` ORDER BY ${order}`}) TO STDOUT`;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A field of `COPY` in its text format without its escapes (PostgreSQL manual, "COPY"). */
const unescaped = (field: string): string =>
  field.replaceAll(/\\([\s\S])/g, (_all, char: string) => ESCAPES[char] ?? char);
