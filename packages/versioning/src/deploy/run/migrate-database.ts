import type { MigrationKind } from '../../migrations/model.ts';
import type { MigrationPlan, Migrator } from '../../migrate/model.ts';
import { knownMigrations, type MigrationSource } from './known-migrations.ts';
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

/** What is applied now, and which of it has a way back. */
export async function appliedNow(
  tools: DeployTools,
  call: DatabaseCall,
): Promise<{ readonly applied: ReadonlySet<string>; readonly reversible: ReadonlySet<string> }> {
  const found = await withMigrator(tools, call, async (migrator) => migrator.status({ signal: call.signal }));
  const there = (found ?? []).filter(({ state }) => state !== 'pending' && state !== 'out-of-order');
  return {
    applied: new Set(there.map(({ id }) => id)),
    reversible: new Set(there.filter(({ isReversible }) => isReversible).map(({ id }) => id)),
  };
}

/** Plans to take back exactly these. */
export async function planBack(migrator: Migrator, ids: readonly string[], signal?: AbortSignal): Promise<MigrationPlan> {
  const applied = (await migrator.applied({ signal })).map(({ id }) => id);
  const first = applied.findIndex((id) => ids.includes(id));
  const plan = await migrator.plan('down', { to: applied[first - 1] ?? '', signal });
  return { ...plan, steps: plan.steps.filter(({ id }) => ids.includes(id)) };
}

/** Takes back those of these that are applied. May be called again after a kill. */
export async function migrateBack(
  tools: DeployTools,
  ids: readonly string[],
  call: DatabaseCall,
): Promise<readonly string[]> {
  const done = await withMigrator(tools, call, async (migrator) => {
    const applied = new Set((await migrator.applied({ signal: call.signal })).map(({ id }) => id));
    if (!ids.some((id) => applied.has(id))) return [];
    return migrator.apply(await planBack(migrator, ids, call.signal), { signal: call.signal });
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
    const plan = await migrator.plan('up', { signal: call.signal });
    const steps = plan.steps.filter(({ id }) => ids.includes(id));
    return steps.length === 0 ? [] : migrator.apply({ ...plan, steps }, { signal: call.signal });
  });
  return (done ?? []).map(({ id }) => id);
}
