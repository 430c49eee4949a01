import { losesData } from '../lint/lint.ts';
import type { Dialect, Direction, MigrationStatus } from '../model.ts';
import { editedTexts } from './flaws.ts';
import type { RunnableMigration } from '../source/script.ts';
import type { AppliedRow, DatabaseState } from '../state/state.ts';
import { byNumber, mustPrecede } from './order.ts';

/** What is known of each migration, by number. */
export function statusOf(
  migrations: readonly RunnableMigration[],
  { rows }: DatabaseState,
  dialect: Dialect,
): MigrationStatus[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const known = new Set(migrations.map(({ id }) => id));
  const there = migrations.map((migration) => {
    const { id, kind, description, backward } = migration;
    const row = byId.get(id);
    const edited = row?.state === 'applied' ? editedTexts(migration, row) : [];
    const state = row === undefined ? pendingState(migration, rows) : appliedState(row, edited);
    const texts = edited.length === 0 ? {} : { edited };
    const losing = losesData(migration, dialect) ? ({ losesData: true } as const) : {};
    const isReversible = backward !== undefined;
    return { id, kind, description, state, isReversible, ...losing, ...texts, ...factsOf(row) };
  });
  const gone = rows
    .filter(({ id }) => !known.has(id))
    .map((row): MigrationStatus => {
      const { id, kind, description } = row;
      return { id, kind, description, state: 'missing', isReversible: false, ...factsOf(row) };
    });
  return [...there, ...gone].toSorted(byNumber);
}

function pendingState(migration: RunnableMigration, rows: readonly AppliedRow[]): MigrationStatus['state'] {
  return rows.some((row) => mustPrecede(migration, row)) ? 'out-of-order' : 'pending';
}

function appliedState({ state }: AppliedRow, edited: readonly Direction[]): MigrationStatus['state'] {
  if (state !== 'applied') return 'interrupted';
  return edited.length === 0 ? 'applied' : 'edited';
}

function factsOf(row: AppliedRow | undefined): Pick<MigrationStatus, 'appliedAt' | 'by' | 'ms'> {
  if (row === undefined) return {};
  const { appliedAt, by, ms, state } = row;
  return state === 'running' ? { by } : { appliedAt, by, ms };
}
