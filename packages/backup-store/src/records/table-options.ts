import { BackupError } from '../errors.ts';
import type { SourceDetail } from '../source/contract.ts';
import { checkModuleName } from './manifest.ts';

/** A table whose rows are the records of a module. */
export interface RecordTable {
  readonly table: string;
  /** Name of the module. Default: the table's, in small letters. */
  readonly module?: string | undefined;
  /** Columns that name a row. Default: the primary key. */
  readonly id?: string | readonly string[] | undefined;
  /** Column that says when a row was last changed. Without it everything is read each time. */
  readonly updatedAt?: string | undefined;
  /**
   * Column that says when a row was deleted, for tables whose rows are never really deleted. Rows that have it set are none any more.
   * Without it, the ids of all rows are compared with those of the snapshot before.
   */
  readonly deletedAt?: string | undefined;
  /** Only these rows, such as those of one tenant. */
  readonly where?: RowFilter | undefined;
  /** Only these columns, and those of the id. Default: all that are not computed. */
  readonly columns?: readonly string[] | undefined;
}

/** A condition with its values, which never become part of the text. */
export interface RowFilter {
  /** As after WHERE: `tenant_id = $1` (SQLite: `tenant_id = ?`). */
  readonly sql: string;
  readonly values?: readonly (string | number | bigint | null)[] | undefined;
}

/** The module's name. @throws {BackupError} `INVALID_OPTION`. */
function moduleName({ table, module = table.toLowerCase() }: RecordTable): string {
  checkModuleName(module);
  return module;
}

/** Tables by the names of their modules. @throws {BackupError} `INVALID_OPTION`. */
export function tablesByModule<T extends RecordTable>(tables: readonly T[]): ReadonlyMap<string, T> {
  const byModule = new Map<string, T>();
  for (const table of tables) {
    const name = moduleName(table);
    if (byModule.has(name))
      throw new BackupError('INVALID_OPTION', `Expected a module for each table, got ${JSON.stringify(name)} twice`, {
        hint: 'Name the modules of tables with the same name in different schemas.',
      });
    byModule.set(name, table);
  }
  return byModule;
}

/** The table of a module. @throws {BackupError} `MODULE_NOT_FOUND`. */
export function tableOf<T>(tables: ReadonlyMap<string, T>, module: string): T {
  const table = tables.get(module);
  if (table !== undefined) return table;
  throw new BackupError('MODULE_NOT_FOUND', `Expected a module of the target, got ${JSON.stringify(module)}`, {
    details: [...tables.keys()],
    hint: `It has ${[...tables.keys()].join(', ')}.`,
  });
}

/** A name for SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Column names of an id. */
export const idColumns = (id: string | readonly string[]): readonly string[] => (typeof id === 'string' ? [id] : id);

/** The values that an id is made of, as text: itself, or as many as there are columns. @throws {BackupError} `INVALID_RECORD`. */
export function idParts(id: string, columns: readonly string[]): readonly string[] {
  if (columns.length === 1) return [id];
  let parts: unknown;
  try {
    parts = JSON.parse(id);
  } catch {
    // Told below.
  }
  if (Array.isArray(parts) && parts.length === columns.length && parts.every((each) => typeof each === 'string'))
    return parts;
  throw new BackupError(
    'INVALID_RECORD',
    `Expected an id of ${columns.length} columns (${columns.join(', ')}), got ${JSON.stringify(id)}`,
  );
}

/** The members of a record's data, which has to be those of a row. @throws {BackupError} `INVALID_RECORD`. */
export function rowOf(module: string, id: string, data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as Record<string, unknown>;
  throw new BackupError(
    'INVALID_RECORD',
    `Expected columns and their values in record ${JSON.stringify(id)} of module ${module}, got something else`,
  );
}

/** When a row that is no record of the target would be overwritten: the transaction that finds it changes nothing. */
export const rowOfOthers = (module: string, id: string): BackupError =>
  new BackupError(
    'INVALID_RECORD',
    `Expected record ${JSON.stringify(id)} of module ${module} to be one of the rows that are restored into, got a row of others`,
    { hint: 'Nothing was changed. Restore into another table or database, where nobody else has this id.' },
  );

/** Names in an order in which those that others refer to come first, as far as they do not refer to each other. */
export function referredFirst(
  names: readonly string[],
  refersTo: (name: string) => readonly string[],
): readonly string[] {
  const ordered = new Set<string>();
  const begun = new Set<string>();
  const visit = (name: string): void => {
    if (begun.has(name) || !names.includes(name)) return;
    begun.add(name);
    for (const each of refersTo(name)) visit(each);
    ordered.add(name);
  };
  for (const name of names) visit(name);
  return [...ordered];
}

/** What of a table's options decides which rows are records, and how they are told apart: when it changes, all is read again. */
export function choiceOf({ updatedAt, deletedAt, where }: RecordTable): Record<string, SourceDetail> {
  return {
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(where === undefined ? {} : { where: [where.sql, ...(where.values ?? []).map((value) => String(value))] }),
  };
}
