import { VersioningError } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import type { MigrationDriver } from '../driver.ts';
import type { AppliedMigration, MigrationPlan, MigrationStep, MigratorEvent } from '../model.ts';
import { interrupted } from '../planning/flaws.ts';
import type { RunnableMigration } from '../source/script.ts';
import { type DatabaseState, openState } from '../state/state.ts';
import { migrationFailed } from './failures.ts';
import { runInTransaction } from './in-transaction.ts';
import { holding } from './lock.ts';
import { runOneByOne } from './one-by-one.ts';
import type { MigrationRun } from './run.ts';

/** What plans are carried out with. */
export interface Applying {
  readonly driver: MigrationDriver;
  readonly migrations: readonly RunnableMigration[];
  readonly by: string;
  readonly clock: Clock;
  readonly lockTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: MigratorEvent) => void;
}

/** Carries a plan out, under the lock. What somebody else has done meanwhile is passed over. @throws {VersioningError} those of `Migrator.apply`. */
export async function applyPlan(applying: Applying, plan: MigrationPlan): Promise<AppliedMigration[]> {
  const { driver, migrations, lockTimeoutMs, signal, onEvent } = applying;
  const steps = plan.steps.map((step) => ({ step, migration: plannedMigration(migrations, step) }));
  if (steps.length === 0) return [];
  const onWait = (): void => onEvent({ type: 'waiting', place: driver.place });
  await using held = disposable(await holding(driver, 'run', { timeoutMs: lockTimeoutMs, signal, onWait }));
  const store = await openState(held.connection);
  await store.prepare();
  const applied: AppliedMigration[] = [];
  for (const { step, migration } of steps) {
    signal?.throwIfAborted();
    if (!isWanted(step, await store.read())) continue;
    const done = await applyStep(applying, { step, migration, backup: plan.backup });
    if (done !== undefined) applied.push(done);
  }
  return applied;
}

/** A connection that is closed whatever happens. */
function disposable<T extends { close(): Promise<void> }>(connection: T): { readonly connection: T } & AsyncDisposable {
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}

/** The plan is data, and may be older than the files. */
function plannedMigration(migrations: readonly RunnableMigration[], step: MigrationStep): RunnableMigration {
  const migration = migrations.find(({ id }) => id === step.id);
  const script = step.direction === 'up' ? migration?.forward : migration?.backward;
  if (migration !== undefined && script?.checksum === step.checksum) return migration;
  throw outdated(`Expected ${step.id} as it was planned, got another text or none`);
}

const outdated = (message: string): Error => new VersioningError('PLAN_OUTDATED', message, { hint: 'Plan again.' });

/** @throws {VersioningError} `PLAN_OUTDATED`, `MIGRATION_INTERRUPTED` where somebody else has done something that the plan knows nothing of. */
function isWanted({ id, direction, checksum }: MigrationStep, { rows }: DatabaseState): boolean {
  const row = rows.find((each) => each.id === id);
  if (row?.state === (direction === 'up' ? 'reverting' : 'running')) {
    throw interrupted(row, `Let \`${direction === 'up' ? 'down' : 'up'}\` go on with it first.`);
  }
  if (direction === 'down') return row !== undefined;
  if (row?.state !== 'applied') return true;
  if (row.checksum === checksum) return false;
  throw outdated(`Expected ${id} as it was planned, got another text that ${row.by} has applied meanwhile`);
}

interface PlannedStep {
  readonly step: MigrationStep;
  readonly migration: RunnableMigration;
  readonly backup: string | undefined;
}

async function applyStep(
  applying: Applying,
  { step, migration, backup }: PlannedStep,
): Promise<AppliedMigration | undefined> {
  const { driver, lockTimeoutMs: timeoutMs, signal, onEvent, by, clock } = applying;
  const { id, direction } = step;
  const script = direction === 'up' ? migration.forward : (migration.backward ?? migration.forward);
  // A new one for each: what a migration sets is gone with it.
  await using held = disposable(await holding(driver, 'work', { timeoutMs, signal }));
  const { connection } = held;
  const store = await openState(connection);
  // What a killed run has sent may have been carried out while this one waited.
  const state = await store.read();
  if (!isWanted(step, state)) return undefined;
  const known = state.journal.filter((entry) => entry.id === id && entry.direction === direction);
  const done = known.filter((entry) => entry.state === 'ended').length;
  const run: MigrationRun = { driver, connection, store, step, migration, script, by, clock, signal, onEvent };
  const startMs = clock();
  onEvent({
    type: 'begun',
    id,
    direction,
    statements: step.statements.length,
    done,
    ...(backup === undefined ? {} : { backup }),
  });
  const isBegun = state.rows.some((row) => row.id === id && row.state !== 'applied');
  const isTogether = step.isTransactional && !isBegun;
  const statements = await (isTogether ? runInTransaction(run) : runOneByOne(run, known)).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw cause instanceof VersioningError ? cause : migrationFailed(run, { cause, isUndone: false });
  });
  const ms = Math.max(0, clock() - startMs);
  onEvent({ type: 'ended', id, direction, ms });
  return { id, direction, ms, statements };
}
