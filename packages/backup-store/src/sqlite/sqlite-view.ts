import { digestRows } from '../comparison/compare-rows.ts';
import type { DatabaseView, ViewedTable } from '../comparison/contract.ts';
import { textRows } from '../comparison/text-rows.ts';
import { readSqlite, type SqliteFile, type SqliteItem, type SqliteItemColumn, sqliteRows } from './read-sqlite.ts';

const VIRTUAL = /^CREATE VIRTUAL /i;
const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n' };

/** A database of SQLite, as a comparison looks at it: tables and views. */
export function sqliteView(file: SqliteFile): DatabaseView {
  return {
    async tables(signal) {
      const { items, encoding } = await readSqlite('describe', file, signal);
      const tables = items.filter(({ type }) => type === 'table' || type === 'view');
      return tables.map((table) => viewed(table, items, encoding));
    },
    async count({ name }, signal) {
      const output = sqliteRows(file, { table: name, columns: [], key: [], signal });
      return (await digestRows(textRows(output, 0, unescaped), signal)).count;
    },
    rows({ name }, { columns, key, signal }) {
      return textRows(sqliteRows(file, { table: name, columns, key, signal }), key.length, unescaped);
    },
  };
}

function viewed(table: SqliteItem, items: readonly SqliteItem[], encoding: string): ViewedTable {
  const { name, type, sql, columns = [] } = table;
  const parts = new Map<string, string>(columns.map((column) => [`column ${column.name}`, textOf(column)]));
  if (sql !== null) parts.set('definition', sql.replaceAll(/\s+/g, ' '));
  for (const item of items) {
    if (item.at !== name || item.sql === null || (item.type !== 'index' && item.type !== 'trigger')) continue;
    parts.set(`${item.type} ${item.name}`, item.sql.replaceAll(/\s+/g, ' '));
  }
  const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
  return {
    name,
    hasRows: type === 'table' && !VIRTUAL.test(sql ?? ''),
    columns: columns.map((column) => column.name),
    // In another encoding, SQLite puts texts in another order.
    key: encoding === 'UTF-8' ? key.map((column) => column.name) : [],
    parts,
  };
}

function textOf({ type, isSet, value, pk }: SqliteItemColumn): string {
  const words = [
    type,
    isSet === 1 ? 'not null' : '',
    value === null ? '' : `default ${value}`,
    pk > 0 ? `primary key ${pk}` : '',
  ];
  return words.filter((word) => word !== '').join(' ') || 'any';
}

const unescaped = (field: string): string =>
  field.replaceAll(/\\([\s\S])/g, (_all, char: string) => ESCAPES[char] ?? char);
