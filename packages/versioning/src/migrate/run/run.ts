import { setImmediate } from 'node:timers/promises';
import type { DatabaseConnection, MigrationDriver } from '../driver.ts';
import type { Clock } from '../../clock.ts';
import type { MigrationStep, MigratorEvent } from '../model.ts';
import type { RunnableMigration, Script } from '../source/script.ts';
import type { StateStore } from '../state/state.ts';

/** What one migration is run with. */
export interface MigrationRun {
  readonly driver: MigrationDriver;
  readonly connection: DatabaseConnection;
  readonly store: StateStore;
  readonly step: MigrationStep;
  readonly migration: RunnableMigration;
  readonly script: Script;
  readonly by: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: MigratorEvent) => void;
}

/** The moment of a run, as it is kept. */
export function momentOf({ clock }: MigrationRun): string {
  return new Date(clock()).toISOString();
}

/** A row as it is when its migration is applied, or being applied. */
export function rowOf(
  run: MigrationRun,
  state: 'applied' | 'running',
  startMs: number,
): Parameters<StateStore['addRow']>[0] {
  const { migration, script, by, clock } = run;
  const { id, kind, description, backward } = migration;
  const ms = Math.max(0, clock() - startMs);
  return {
    id,
    kind,
    description,
    checksum: script.checksum,
    backChecksum: backward?.checksum ?? '',
    state,
    appliedAt: momentOf(run),
    by,
    ms,
  };
}

/** Tells of a run. */
export function tell(run: MigrationRun, type: 'statement' | 'settled', statement: number): void {
  const { id, direction } = run.step;
  run.onEvent({ type, id, direction, statement });
}

/** Lets signals in before the next statement: SQLite works in this thread, and none would come otherwise. @throws the reason of `signal`. */
export async function pause({ signal }: MigrationRun): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
