import { BackupError } from '../errors.ts';
import { fitsName } from './names.ts';

/** A table of a dump. */
export interface NamedTable {
  readonly schema?: string | undefined;
  readonly name: string;
}

/** As it is said: `sales.orders`, or `orders` where there are no schemas. */
export const tableName = ({ schema, name }: NamedTable): string => (schema === undefined ? name : `${schema}.${name}`);

/** Whether a pattern means a table: by its name, or by that with its schema. */
const fitsTable = (pattern: string, table: NamedTable): boolean =>
  fitsName(pattern, table.name) || fitsName(pattern, tableName(table));

/** @throws {BackupError} `INVALID_OPTION` when no table is named. */
export function checkTables(patterns: readonly string[]): void {
  if (patterns.length > 0 && !patterns.includes('')) return;
  throw new BackupError('INVALID_OPTION', 'Expected names of tables, got none', {
    hint: 'Patterns have * for any characters and ? for one; all tables come back with a restore of the whole dump.',
  });
}

/**
 * The tables that are meant, in the order of the dump: a pattern is held against the name, and the name with its schema.
 *
 * @throws {BackupError} `DATABASE_NOT_FOUND` when one fits no table of the dump.
 */
export function chooseTables<T extends NamedTable>(patterns: readonly string[], tables: readonly T[]): T[] {
  for (const pattern of patterns) {
    if (tables.some((table) => fitsTable(pattern, table))) continue;
    throw new BackupError('DATABASE_NOT_FOUND', `Expected a table like ${pattern} in the dump, got none`, {
      details: tables.map((table) => tableName(table)),
      hint: 'Nothing was changed. Patterns have * for any characters and ? for one.',
    });
  }
  return tables.filter((table) => patterns.some((pattern) => fitsTable(pattern, table)));
}

/** Refuses to replace what is there, unless that is wanted. @throws {BackupError} `ALREADY_EXISTS`. */
export function refuseThere(
  there: readonly NamedTable[],
  at: { readonly database: string; readonly clean: boolean },
): void {
  if (at.clean || there.length === 0) return;
  throw new BackupError(
    'ALREADY_EXISTS',
    `Expected none of the tables in ${at.database}, got ${there.length} that ${there.length === 1 ? 'is' : 'are'} there`,
    {
      details: there.map((table) => tableName(table)),
      hint: 'Nothing was changed. Replace them with clean, or restore to another database.',
    },
  );
}
