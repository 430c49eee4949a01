import { VersioningError } from '../../errors.ts';
import type { MigrationStatus, Repaired } from '../model.ts';
import { notFound } from '../planning/flaws.ts';
import { statusOf } from '../planning/status.ts';
import type { RunnableMigration } from '../source/script.ts';
import { type AppliedRow, openState, type StateStore } from '../state/state.ts';
import type { Applying } from './apply-plan.ts';
import { holding } from './lock.ts';

/** What a repair says of a migration. */
export interface RepairOptions {
  /**
   * `applied`: it is there, with the text that it has now. `pending`: it is not there, or was taken back by hand. Has to be given for one that
   * was interrupted or never applied. Default: `applied`.
   */
  readonly as?: 'applied' | 'pending' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes down what somebody says of a migration. Nothing of it is run. @throws {VersioningError} those of `repair`. */
export async function repairMigration(applying: Applying, id: string, { as }: RepairOptions): Promise<MigrationStatus> {
  const { driver, migrations, lockTimeoutMs: timeoutMs, signal, by } = applying;
  const { dialect } = driver;
  const connection = await holding(driver, 'run', { timeoutMs, signal });
  try {
    const store = await openState(connection);
    await store.prepare();
    const row = (await store.read()).rows.find((each) => each.id === id);
    const migration = migrations.find((each) => each.id === id);
    const wanted = wantedState({ id, migration, row }, as);
    await connection.begin();
    await write(applying, { store, id, migration, row, wanted });
    await connection.commit();
    const from = repairedOf(row, migration);
    const after = await store.read();
    const to = repairedOf(
      after.rows.find((each) => each.id === id),
      migration,
    );
    applying.onEvent({ type: 'repaired', id, by, from, to });
    const status = statusOf(migrations, after, dialect).find((each) => each.id === id);
    return (
      status ?? {
        id,
        kind: row?.kind ?? 'expand',
        description: row?.description ?? '',
        state: 'pending',
        isReversible: false,
      }
    );
  } finally {
    await connection.close();
  }
}

interface Found {
  readonly id: string;
  readonly migration: RunnableMigration | undefined;
  readonly row: AppliedRow | undefined;
}

function wantedState({ id, migration, row }: Found, as: RepairOptions['as']): 'applied' | 'pending' {
  if (migration === undefined && row === undefined) throw notFound(id, 'what to repair');
  if (migration === undefined && as !== 'pending') {
    throw new VersioningError('MIGRATION_MISSING', `Expected the migration ${id} to accept, got none of that name`, {
      hint: "Put its files back, or forget that it was applied: { as: 'pending' }.",
    });
  }
  if (as !== undefined) return as;
  if (row?.state === 'applied') return 'applied';
  const got = row === undefined ? 'one that was never applied' : 'one that was interrupted';
  throw new VersioningError('MIGRATION_INTERRUPTED', `Expected an edited migration to accept, got ${id}, ${got}`, {
    hint: "Look at the database, put it right by hand, then say which it is: { as: 'applied' } or { as: 'pending' }, --as on the command line.",
  });
}

interface Writing extends Found {
  readonly store: StateStore;
  readonly wanted: 'applied' | 'pending';
}

async function write({ by, clock }: Applying, { store, id, migration, row, wanted }: Writing): Promise<void> {
  await store.forget(id);
  if (wanted === 'pending' || migration === undefined) return store.removeRow(id);
  const { kind, description, forward, backward } = migration;
  const backChecksum = backward?.checksum ?? '';
  const state = 'applied' as const;
  const appliedAt = new Date(clock()).toISOString();
  if (row === undefined)
    return store.addRow({
      id,
      kind,
      description,
      checksum: forward.checksum,
      backChecksum,
      state,
      appliedAt,
      by,
      ms: 0,
    });
  return store.changeRow(id, { state, checksum: forward.checksum, backChecksum });
}

function repairedOf(row: AppliedRow | undefined, migration: RunnableMigration | undefined): Repaired {
  if (row === undefined) return { state: 'pending', checksum: migration?.forward.checksum ?? '' };
  const { checksum, backChecksum } = row;
  return { state: row.state === 'applied' ? 'applied' : 'interrupted', checksum, backChecksum };
}
