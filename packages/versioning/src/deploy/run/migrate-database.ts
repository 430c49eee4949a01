import type { MigrationKind } from '../../migrations/model.ts';
import type { AppliedMigration, MigrationPlan, MigrationStatus, Migrator } from '../../migrate/model.ts';
import { knownMigrations, type MigrationSource } from './known-migrations.ts';
import type { AppliedFacts } from './recovery.ts';
import type { DeployTools } from './tools.ts';

/** What is asked of a database. */
export interface DatabaseCall {
  readonly sources: readonly MigrationSource[];
  readonly signal?: AbortSignal | undefined;
}

/** Opens the migrator for what releases know, works with it, and closes it. `undefined` where deploys have no database. */
export async function withMigrator<T>(
  tools: Pick<DeployTools, 'migrator' | 'releases'>,
  { sources, signal }: DatabaseCall,
  work: (migrator: Migrator) => Promise<T>,
): Promise<T | undefined> {
  if (tools.migrator === undefined) return undefined;
  const migrator = await tools.migrator(await knownMigrations(tools, sources, signal));
  try {
    return await work(migrator);
  } finally {
    await migrator.close();
  }
}

/** Runs what is pending of one kind. May be called again after a kill. */
export async function migrateForward(
  tools: DeployTools,
  phase: MigrationKind,
  call: DatabaseCall,
): Promise<readonly string[]> {
  const done = await withMigrator(tools, call, async (migrator) => {
    const plan = await migrator.plan('up', { phases: [phase], signal: call.signal });
    return migrator.apply(plan, { signal: call.signal });
  });
  return (done ?? []).map(({ id }) => id);
}

/** Looks at the database. Nothing is changed. */
export async function appliedNow(tools: DeployTools, call: DatabaseCall): Promise<AppliedFacts> {
  const found = await withMigrator(tools, call, async (migrator) => migrator.status({ signal: call.signal }));
  return factsOf(found ?? []);
}

function factsOf(status: readonly MigrationStatus[]): AppliedFacts {
  const there = status.filter(({ state }) => state !== 'pending' && state !== 'out-of-order');
  const ids = (chosen: readonly MigrationStatus[]): ReadonlySet<string> => new Set(chosen.map(({ id }) => id));
  return {
    applied: ids(there),
    reversible: ids(there.filter(({ isReversible }) => isReversible)),
    interrupted: ids(there.filter(({ state }) => state === 'interrupted')),
  };
}

/** Plans to take back exactly these. */
export async function planBack(
  migrator: Migrator,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<MigrationPlan> {
  const status = await migrator.status({ signal });
  const first = status.findIndex(({ id }) => ids.includes(id));
  const phases = [...new Set(status.filter(({ id }) => ids.includes(id)).map(({ kind }) => kind))];
  const plan = await migrator.plan('down', { to: status[first - 1]?.id ?? '', phases, signal });
  return { ...plan, steps: plan.steps.filter(({ id }) => ids.includes(id)) };
}

/** Takes back those of these that are applied. May be called again after a kill. */
export async function migrateBack(
  tools: DeployTools,
  ids: readonly string[],
  call: DatabaseCall,
): Promise<readonly string[]> {
  const done = await withMigrator(tools, call, async (migrator) => {
    const { applied, interrupted } = factsOf(await migrator.status());
    const half = ids.filter((id) => interrupted.has(id));
    // One that was cut short on its way forward has to be whole before it can go back.
    if (half.length > 0) await carryOut(migrator, await migrator.plan('up').catch(() => undefined), half);
    const there = ids.filter((id) => applied.has(id));
    return there.length === 0 ? [] : migrator.apply(await planBack(migrator, there));
  });
  return (done ?? []).map(({ id }) => id);
}

/** Runs these again, whatever their kinds are. May be called again after a kill. */
export async function migrateAgain(
  tools: DeployTools,
  ids: readonly string[],
  call: DatabaseCall,
): Promise<readonly string[]> {
  const done = await withMigrator(tools, call, async (migrator) => {
    const { interrupted } = factsOf(await migrator.status());
    const half = ids.filter((id) => interrupted.has(id));
    // And one that was cut short on its way back has to be gone before it can be run.
    if (half.length > 0) await carryOut(migrator, await planBack(migrator, half).catch(() => undefined), half);
    return carryOut(migrator, await migrator.plan('up'), ids);
  });
  return (done ?? []).map(({ id }) => id);
}

/** Carries out what a plan has of these. */
async function carryOut(
  migrator: Migrator,
  plan: MigrationPlan | undefined,
  ids: readonly string[],
): Promise<readonly AppliedMigration[]> {
  if (plan === undefined) return [];
  const steps = plan.steps.filter(({ id }) => ids.includes(id));
  return steps.length === 0 ? [] : migrator.apply({ ...plan, steps });
}
