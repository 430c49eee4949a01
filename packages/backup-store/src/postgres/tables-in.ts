import { tableName } from '../databases/table-choice.ts';
import { type PostgresPrograms, queryJson } from './programs.ts';
import type { SchemaTable } from './table-exchange.ts';

/** A table of a database, with the names of those that it is a partition of, or inherits from. */
export interface FoundTable extends SchemaTable {
  readonly parents: readonly string[];
}

const TABLES_SQL = `SELECT json_build_object('tables', coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname,
  'parents', (SELECT coalesce(json_agg(pn.nspname || '.' || p.relname), '[]') FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid)) ORDER BY n.nspname, c.relname), '[]'))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** The tables of a database. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function tablesIn(
  programs: PostgresPrograms,
  at: { readonly database: string; readonly signal?: AbortSignal | undefined },
): Promise<FoundTable[]> {
  return (await queryJson(programs, TABLES_SQL, at))['tables'] as FoundTable[];
}

/** Rows of a partitioned table are in its partitions. */
export function withPartitions(chosen: readonly FoundTable[], all: readonly FoundTable[]): FoundTable[] {
  const names = new Set(chosen.map(tableName));
  for (let before = -1; before !== names.size;) {
    before = names.size;
    for (const table of all) if (table.parents.some((parent) => names.has(parent))) names.add(tableName(table));
  }
  return all.filter((table) => names.has(tableName(table)));
}
