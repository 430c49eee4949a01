import { refuseNeeded } from '../databases/noted-tables.ts';
import { tableName } from '../databases/table-choice.ts';
import { BackupError } from '../errors.ts';
import { quoted } from './sql-text.ts';

/** A table in its schema. */
export interface SchemaTable {
  readonly schema: string;
  readonly name: string;
}

/** How a database is that tables are to go to. */
export interface TableSituation {
  readonly schemas: readonly string[];
  /** Of the tables, and of those that go, those that are there. */
  readonly there: readonly SchemaTable[];
  /** Foreign keys of other tables to them; names as they stand in SQL, but for that of the `parent`. */
  readonly keys: readonly {
    readonly table: string;
    readonly name: string;
    readonly definition: string;
    readonly parent: string;
  }[];
  /** Views that are made of them. */
  readonly users: readonly string[];
}

/** How tables get to their place: all of it is one transaction. */
export interface TableExchange {
  readonly tables: readonly SchemaTable[];
  readonly replaced: readonly SchemaTable[];
  /** Statements before the tables are made. */
  readonly before: readonly string[];
  /** Statements after that. */
  readonly after: readonly string[];
}

/**
 * Pure.
 *
 * @param drops Tables of the situation that go, and do not come.
 * @throws {BackupError} `TABLE_IN_USE` when views are made of what would be replaced, or something refers to what goes.
 */
export function planExchange(
  tables: readonly SchemaTable[],
  situation: TableSituation,
  drops: readonly SchemaTable[] = [],
): TableExchange {
  const { schemas, there, keys, users } = situation;
  const gone = drops.map(tableName);
  const referring = keys.filter(({ parent }) => gone.includes(parent));
  refuseNeeded(
    gone,
    referring.map(({ table, name }) => `${table} (${name})`),
  );
  if (users.length > 0) {
    throw new BackupError('TABLE_IN_USE', `Expected tables that no view needs, got ${users.length} that do`, {
      details: users,
      hint: 'Nothing was changed. Drop these views and make them again afterwards, or restore to another database and copy the rows.',
    });
  }
  const known = new Set(schemas);
  const missing = [...new Set(tables.map(({ schema }) => schema))].filter((schema) => !known.has(schema));
  const at = ({ schema, name }: SchemaTable): string => `${quoted(schema)}.${quoted(name)}`;
  return {
    tables,
    replaced: there,
    before: [
      ...missing.map((schema) => `CREATE SCHEMA ${quoted(schema)};`),
      ...keys.map(({ table, name }) => `ALTER TABLE ${table} DROP CONSTRAINT ${name};`),
      // In one statement: they may refer to each other.
      ...(there.length === 0 ? [] : [`DROP TABLE ${there.map(at).join(', ')};`]),
    ],
    after: keys.map(({ table, name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition};`),
  };
}
