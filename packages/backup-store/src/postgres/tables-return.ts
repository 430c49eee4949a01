import { notedTables, refuseNeeded } from '../databases/noted-tables.ts';
import { safetyDump } from '../databases/safety-dump.ts';
import { tableName } from '../databases/table-choice.ts';
import { BackupError } from '../errors.ts';
import type { PlaceRun } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { PostgresPrograms } from './programs.ts';
import { dropTables, exchangeTables } from './restore-tables.ts';
import { tablesIn } from './tables-in.ts';

/** How the tables of a database were before some of them were restored. */
export interface TablesBefore {
  /** All that were there, with their schemas. */
  readonly there: readonly string[];
}

/**
 * Makes the tables that were restored what they were, in one transaction: those that were there come back, others are dropped. The rest is left
 * alone, also what fits the same patterns.
 *
 * @throws {BackupError} `TABLE_IN_USE` when something that was not restored needs what would be dropped.
 */
export async function putTablesBack(
  options: PostgresPrograms & { readonly database: string },
  { there, safety }: TablesBefore & { readonly safety: SnapshotRecord | undefined },
  { repository, notes }: PlaceRun,
): Promise<void> {
  const restored = notedTables(notes);
  // It was killed before its transaction began.
  if (restored === undefined) return;
  const [known, put] = [new Set(there), new Set(restored)];
  const now = await tablesIn(options, { database: options.database });
  const others = now.filter((table) => !put.has(tableName(table)) && table.parents.some((parent) => put.has(parent)));
  // They would go with the table that they are a part of.
  refuseNeeded(restored, others.map(tableName));
  const fresh = now.filter((table) => put.has(tableName(table)) && !known.has(tableName(table)));
  const old = there.filter((name) => put.has(name));
  if (old.length === 0) return await dropTables(options, fresh);
  if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
  const path = await safetyDump(repository, safety, 'postgres');
  await exchangeTables({ ...options, repository, snapshot: safety.id, path, tables: old, clean: true }, fresh);
}
