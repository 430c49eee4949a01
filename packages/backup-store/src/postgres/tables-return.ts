import { runCommand } from '../command/run-command.ts';
import { safetyDump } from '../databases/safety-dump.ts';
import { fitsTable, tableName } from '../databases/table-choice.ts';
import { BackupError } from '../errors.ts';
import type { PlaceRun } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { postgresCommand, type PostgresPrograms, PSQL } from './programs.ts';
import { restorePostgresTables } from './restore-tables.ts';
import { quoted } from './sql-text.ts';
import { tablesIn, withPartitions } from './tables-in.ts';

/** How the tables of a database were before some of them were restored. */
export interface TablesBefore {
  /** Names and patterns of those that are restored. */
  readonly patterns: readonly string[];
  /** All that were there, with their schemas. */
  readonly there: readonly string[];
}

/** Makes the tables of these patterns what they were: those that were there come back, others are dropped. The rest is left alone. */
export async function putTablesBack(
  options: PostgresPrograms & { readonly database: string },
  {
    tables: { patterns, there },
    safety,
  }: { readonly tables: TablesBefore; readonly safety: SnapshotRecord | undefined },
  { repository }: PlaceRun,
): Promise<void> {
  const { database } = options;
  const known = new Set(there);
  const all = await tablesIn(options, { database });
  const touched = withPartitions(
    all.filter((table) => patterns.some((pattern) => fitsTable(pattern, table))),
    all,
  );
  const fresh = touched.filter((table) => !known.has(tableName(table)));
  if (fresh.length > 0) {
    const names = fresh.map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`).join(', ');
    const sql = `DROP TABLE IF EXISTS ${names} CASCADE`;
    await runCommand(postgresCommand(options, 'psql', [...PSQL, `--command=${sql}`], database));
  }
  const old = there.filter((name) => patterns.some((pattern) => fitsName(pattern, name)));
  if (old.length === 0) return;
  if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
  const path = await safetyDump(repository, safety, 'postgres');
  await restorePostgresTables({ ...options, repository, snapshot: safety.id, path, tables: old, clean: true });
}

const fitsName = (pattern: string, full: string): boolean => {
  const at = full.indexOf('.');
  return fitsTable(pattern, { schema: full.slice(0, at), name: full.slice(at + 1) });
};
