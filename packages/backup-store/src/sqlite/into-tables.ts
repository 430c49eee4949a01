import { existsSync } from 'node:fs';
import { fitsTable } from '../databases/table-choice.ts';
import { BackupError } from '../errors.ts';
import type { IntoPlace, PlaceBefore, PlaceRun, RestorePlace } from '../repository/contract.ts';
import { askSqlite } from './ask-sqlite.ts';
import { livePlace } from './live-place.ts';
import {
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
export interface IntoSqliteTablesOptions extends Omit<RestoreSqliteTablesOptions, 'read' | 'signal'> {
  /** Path of the database in the snapshot. */
  readonly path: string;
  /** What the place's `address` is to be. */
  readonly address?: string | undefined;
}

interface TablesBefore {
  readonly patterns: readonly string[];
  /** All tables that were there. */
  readonly there: readonly string[];
}

/**
 * A database of SQLite, for `Repository.rollBack` after a restore by `intoSqliteTables` was killed. Its tables are made what they were in
 * one transaction; the others are left alone.
 *
 * @param patterns Which tables are restored.
 */
export function sqliteTablesPlace(options: SqliteTablesPlaceOptions, patterns: readonly string[] = []): RestorePlace {
  const { to, address } = options;
  return {
    name: `sqlite:${to}`,
    address,
    // Sound or not: what is damaged is often what a restore is for.
    current: { sources: [sqliteSource({ path: to, check: false })] },
    look: async ({ signal }) => {
      // Where there is none, the restore says so.
      const there = existsSync(to) ? await namesIn(options, signal) : [];
      return { state: { patterns, there }, isEmpty: there.length === 0 };
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
  const { to, waitMs, tables } = options;
  return {
    place: sqliteTablesPlace({ to, waitMs, address }, tables),
    // One transaction.
    restore: async ({ repository, snapshot, signal }) =>
      await restoreSqliteTables({ ...options, read: repository.read(snapshot.id, { path, signal }), signal }),
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
  { repository }: PlaceRun,
): Promise<void> {
  const { patterns, there } = state as unknown as TablesBefore;
  const isMeant = (name: string): boolean => patterns.some((pattern) => fitsTable(pattern, { name }));
  const drops = (await namesIn(options, undefined)).filter((name) => isMeant(name) && !there.includes(name));
  const { to, waitMs } = options;
  const [source] = safety?.sources ?? [];
  if (safety === undefined || source === undefined)
    throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
  const read = repository.read(safety.id, { path: source.path });
  await exchangeTables({ to, waitMs, read, tables: there.filter(isMeant), clean: true }, drops);
}
