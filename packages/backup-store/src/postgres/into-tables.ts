import { noteTables } from '../databases/noted-tables.ts';
import { tableName } from '../databases/table-choice.ts';
import type { IntoPlace, RestorePlace } from '../repository/contract.ts';
import { postgresPlace } from './postgres-place.ts';
import {
  restorePostgresTables,
  type RestorePostgresTablesOptions,
  type RestorePostgresTablesResult,
} from './restore-tables.ts';
import { tablesIn } from './tables-in.ts';

/** Options of {@link intoPostgresTables}. */
export interface IntoPostgresTablesOptions extends Omit<
  RestorePostgresTablesOptions,
  'repository' | 'snapshot' | 'signal' | 'onPut'
> {
  /** What the place's `address` is to be. Without secrets. */
  readonly address?: string | undefined;
}

/**
 * Single tables into a database of PostgreSQL, for `Repository.restoreInto`: {@link restorePostgresTables} with a safety snapshot of the
 * whole database before, and a way back for these tables alone: what others have written to the rest meanwhile stays, and what needs a table that
 * would be dropped makes going back fail.
 */
export function intoPostgresTables({
  address,
  ...options
}: IntoPostgresTablesOptions): IntoPlace<RestorePostgresTablesResult> {
  const { database } = options;
  const look: RestorePlace['look'] = async ({ signal }) => {
    const there = (await tablesIn(options, { database, signal })).map((table) => tableName(table));
    return { state: { tables: { there } }, isEmpty: there.length === 0 };
  };
  return {
    place: { ...postgresPlace({ ...options, address }), look, parts: options.tables.map((name) => ({ name })) },
    // One transaction, which counts the rows itself.
    restore: async ({ repository, snapshot, signal, notes }) => {
      const onPut = (tables: readonly string[]): void => noteTables(notes, tables);
      return await restorePostgresTables({ ...options, repository, snapshot: snapshot.id, signal, onPut });
    },
    check: async ({ tables }, { signal }) => {
      const there = new Set((await tablesIn(options, { database, signal })).map((table) => tableName(table)));
      const lost = tables.filter((table) => !there.has(table));
      return { checked: tables.length, problems: lost.map((table) => `Expected the table ${table}, got none`) };
    },
  };
}
