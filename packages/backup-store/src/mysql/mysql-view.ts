import { commandOutput } from '../command/command-source.ts';
import type { DatabaseView, RowsWanted, ViewedRow, ViewedTable } from '../comparison/contract.ts';
import { textRows } from '../comparison/text-rows.ts';
import { withFailures } from '../databases/failures.ts';
import { mysqlFailure } from './failure.ts';
import { identifier, literal, mysqlCommand, type MysqlPrograms, query, unescaped } from './programs.ts';
import { referencesOf } from './references.ts';
import type { MysqlServer } from './server.ts';

/** Bytes of a key that are sorted by: servers compare no more than the first 1024 unless they are told. */
const SETTINGS = 'SET SESSION max_sort_length = 8192, time_zone = "+00:00", group_concat_max_len = 1048576;';
/** Their text depends on the character set that is taken for them. */
const BYTES = /^(?:(?:tiny|medium|long)?blob|(?:var)?binary|bit|geometry|point|linestring|polygon|multi\w+)\b/i;

/** A database of MariaDB or MySQL, as a comparison looks at it: tables and views. Each table is read in a state of its own. */
export function mysqlView(programs: MysqlPrograms, server: MysqlServer, database: string): DatabaseView {
  const types = new Map<string, ReadonlyMap<string, string>>();
  const nameOf = (table: string): string => `${identifier(database)}.${identifier(table)}`;
  return {
    async tables(signal) {
      const found = await describe(programs, server, { database, signal });
      for (const { name, columnTypes } of found) types.set(name, columnTypes);
      return found;
    },
    async count({ name }, signal) {
      const rows = await query(programs, server.client, { sql: `SELECT COUNT(*) FROM ${nameOf(name)}`, signal });
      return Number(rows[0]?.[0]);
    },
    rows({ name }, wanted) {
      const sql = rowsSql(nameOf(name), types.get(name) ?? new Map<string, string>(), wanted);
      const args = [
        '--batch',
        '--skip-column-names',
        '--quick',
        '--max-allowed-packet=1073741824',
        `--execute=${SETTINGS}${sql}`,
      ];
      return rowsOf(commandOutput(mysqlCommand(programs, server.client, args), wanted.signal), wanted.key.length);
    },
  };
}

const rowsOf = (output: AsyncIterable<Uint8Array>, keyFields: number): AsyncIterable<ViewedRow> =>
  textRows(withFailures(output, mysqlFailure), keyFields, unescaped);

/** Values as a dump has them: texts of theirs, so that what a dump rounds is no difference. `QUOTE` tells NULL from the word. */
function rowsSql(table: string, types: ReadonlyMap<string, string>, { columns, key }: RowsWanted): string {
  const text = (name: string): string => {
    const column = identifier(name);
    return BYTES.test(types.get(name) ?? '') ? `HEX(${column})` : `CONVERT(${column} USING utf8mb4)`;
  };
  const value = (name: string): string => {
    const column = identifier(name);
    return BYTES.test(types.get(name) ?? '') ? `COALESCE(HEX(${column}), '-')` : `QUOTE(${column})`;
  };
  const fields = [...key.map((name) => text(name)), ...columns.map((name) => value(name))];
  const order = key.map((name) => `CAST(${text(name)} AS BINARY)`).join(', ');
  return `SELECT ${fields.join(', ') || '1'} FROM ${table}${key.length === 0 ? '' : ` ORDER BY ${order}`}`;
}

interface MysqlViewed extends ViewedTable {
  readonly columnTypes: ReadonlyMap<string, string>;
}

interface Building {
  readonly hasRows: boolean;
  readonly columnTypes: Map<string, string>;
  readonly key: string[];
  readonly parts: Map<string, string>;
}

/** Tables, columns, indexes, checks by name, views and triggers, each as `kind, table, part, text` (and more). */
function schemaSql(database: string, server: MysqlServer): string {
  const name = literal(database);
  return `${SETTINGS}
    SELECT 'table', TABLE_NAME, TABLE_TYPE, CONCAT_WS(' ', ENGINE, TABLE_COLLATION) FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ${name} AND TABLE_TYPE <> 'SEQUENCE' ORDER BY 2;
    SELECT 'column', TABLE_NAME, COLUMN_NAME, CONCAT_WS(' ', COLUMN_TYPE, COLLATION_NAME, IF(IS_NULLABLE = 'YES', NULL, 'not null'),
      CONCAT('default ', COLUMN_DEFAULT), NULLIF(EXTRA, ''), NULLIF(GENERATION_EXPRESSION, '')), COLUMN_TYPE
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${name} ORDER BY TABLE_NAME, ORDINAL_POSITION;
    SELECT 'index', TABLE_NAME, INDEX_NAME, CONCAT(IF(MIN(NON_UNIQUE) = 0, 'unique ', ''), MIN(INDEX_TYPE), ' (',
      GROUP_CONCAT(COALESCE(COLUMN_NAME, '?'), COALESCE(CONCAT('(', SUB_PART, ')'), '') ORDER BY SEQ_IN_INDEX SEPARATOR ', '), ')')
      FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ${name} GROUP BY TABLE_NAME, INDEX_NAME;
    SELECT 'key', TABLE_NAME, COLUMN_NAME, '' FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ${name} AND INDEX_NAME = 'PRIMARY' ORDER BY TABLE_NAME, SEQ_IN_INDEX;
    SELECT 'view', TABLE_NAME, 'definition', VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ${name};
    SELECT 'trigger', EVENT_OBJECT_TABLE, TRIGGER_NAME, CONCAT(ACTION_TIMING, ' ', EVENT_MANIPULATION, ' ', ACTION_STATEMENT)
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${name}${checksSql(name, server)}`;
}

/** MariaDB has the table of a check where MySQL has another list. */
function checksSql(name: string, { family, major }: MysqlServer): string {
  const own = `;
    SELECT 'check', TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS`;
  if (family === 'mariadb') return `${own} WHERE CONSTRAINT_SCHEMA = ${name}`;
  if (major < 8) return '';
  return `${own} JOIN information_schema.TABLE_CONSTRAINTS USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME) WHERE CONSTRAINT_SCHEMA = ${name}`;
}

async function describe(
  programs: MysqlPrograms,
  server: MysqlServer,
  at: { readonly database: string; readonly signal?: AbortSignal | undefined },
): Promise<MysqlViewed[]> {
  const tables = new Map<string, Building>();
  const own = `${identifier(at.database)}.`;
  for (const [kind, table = '', part = '', text = '', type = ''] of await query(programs, server.client, {
    sql: schemaSql(at.database, server),
    signal: at.signal,
  })) {
    if (kind === 'table') {
      const hasRows = part !== 'VIEW';
      tables.set(table, { hasRows, columnTypes: new Map(), key: [], parts: new Map(hasRows ? [['table', text]] : []) });
    }
    const building = tables.get(table);
    if (building === undefined || kind === 'table') continue;
    if (kind === 'key') building.key.push(part);
    else if (kind === 'view') building.parts.set('definition', text.replaceAll(own, ''));
    else building.parts.set(`${kind} ${part}`, text);
    if (kind === 'column') building.columnTypes.set(part, type);
  }
  for (const { table, name, parent, columns, onUpdate, onDelete } of await referencesOf(programs, server, at)) {
    const [own_, others] = [columns.map(([column]) => column), columns.map(([, column]) => column)];
    const text = `(${own_.join(', ')}) references ${parent} (${others.join(', ')}) on update ${onUpdate} on delete ${onDelete}`;
    tables.get(table)?.parts.set(`foreign key ${name}`, text);
  }
  return [...tables].map(([name, building]) => ({ ...building, name, columns: [...building.columnTypes.keys()] }));
}
