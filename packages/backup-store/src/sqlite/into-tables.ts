import { existsSync } from 'node:fs';
import { noteTables, notedTables } from '../databases/noted-tables.ts';
import { BackupError } from '../errors.ts';
import type { IntoPlace, PlaceBefore, PlaceRun, RestorePlace } from '../repository/contract.ts';
import { askSqlite } from './ask-sqlite.ts';
import { livePlace } from './live-place.ts';
import {
  dropTables,
  exchangeTables,
  restoreSqliteTables,
  type RestoreSqliteTablesOptions,
  type RestoreSqliteTablesResult,
  WAIT_MS,
} from './restore-tables.ts';
import { sqliteSource } from './sqlite-source.ts';

/** A database of SQLite that tables are restored into. */
export interface SqliteTablesPlaceOptions {
  /** The database file. */
  readonly to: string;
  /** How long to wait for others who write, in milliseconds. Default: 10,000. */
  readonly waitMs?: number | undefined;
  /** What {@link RestorePlace.address} is to be. */
  readonly address?: string | undefined;
}

/** Options of {@link intoSqliteTables}. */
export interface IntoSqliteTablesOptions extends Omit<RestoreSqliteTablesOptions, 'read' | 'onPut' | 'signal'> {
  /** Path of the database in the snapshot. */
  readonly path: string;
  /** What the place's `address` is to be. */
  readonly address?: string | undefined;
}

interface TablesBefore {
  /** All tables that were there. */
  readonly there: readonly string[];
}

/**
 * A database of SQLite, for `Repository.rollBack` after a restore by `intoSqliteTables` was killed. The tables that were restored are made what
 * they were in one transaction; the others are left alone.
 */
export function sqliteTablesPlace(options: SqliteTablesPlaceOptions): RestorePlace {
  const { to, address } = options;
  return {
    name: `sqlite:${to}`,
    address,
    // Sound or not: what is damaged is often what a restore is for.
    current: { sources: [sqliteSource({ path: to, check: false })] },
    look: async ({ signal }) => {
      // Where there is none, the restore says so.
      const there = existsSync(to) ? await namesIn(options, signal) : [];
      return { state: { there }, isEmpty: there.length === 0 };
    },
    goBack: async (before, run) => await goBack(options, before, run),
  };
}

/**
 * Single tables into a database of SQLite, for `Repository.restoreInto`: {@link restoreSqliteTables} with a safety snapshot of the whole
 * database before, and a way back for these tables alone. References between rows are looked at in the transaction of the restore.
 */
export function intoSqliteTables({
  address,
  path,
  ...options
}: IntoSqliteTablesOptions): IntoPlace<RestoreSqliteTablesResult> {
  const { to, waitMs } = options;
  return {
    place: { ...sqliteTablesPlace({ to, waitMs, address }), parts: options.tables.map((name) => ({ name })) },
    // One transaction.
    restore: async ({ repository, snapshot, signal, notes }) => {
      const onPut = (tables: readonly string[]): void => noteTables(notes, tables);
      const read = repository.read(snapshot.id, { path, signal });
      return await restoreSqliteTables({ ...options, read, onPut, signal });
    },
    check: async (result, { signal }) => {
      const there = new Set(await namesIn(options, signal));
      const lost = result.tables.filter((table) => !there.has(table));
      return { checked: result.tables.length, problems: lost.map((table) => `Expected the table ${table}, got none`) };
    },
  };
}

async function namesIn(
  { to, waitMs = WAIT_MS }: SqliteTablesPlaceOptions,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { target } = await livePlace(to);
  return (await askSqlite('names', { path: target, waitMs }, { path: target, signal })).names;
}

async function goBack(
  options: SqliteTablesPlaceOptions,
  { state, safety }: PlaceBefore,
  { repository, notes }: PlaceRun,
): Promise<void> {
  const restored = notedTables(notes);
  // It was killed before its transaction began.
  if (restored === undefined) return;
  const { there } = state as unknown as TablesBefore;
  // SQLite takes `Rooms` and `rooms` for the same.
  const small = (names: readonly string[]): Set<string> => new Set(names.map((name) => name.toLowerCase()));
  const [known, put] = [small(there), small(restored)];
  const isPut = (name: string): boolean => put.has(name.toLowerCase());
  const drops = (await namesIn(options, undefined)).filter((name) => isPut(name) && !known.has(name.toLowerCase()));
  const old = there.filter(isPut);
  if (old.length === 0) return await dropTables(options, drops);
  const { to, waitMs } = options;
  const [source] = safety?.sources ?? [];
  if (safety === undefined || source === undefined)
    throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
  const read = repository.read(safety.id, { path: source.path });
  await exchangeTables({ to, waitMs, read, tables: old, clean: true }, drops);
}
