import type { MigrationKind, Migrations } from '../../migrations/model.ts';
import type { AppliedMigration, MigrationPlan, MigrationStatus, Migrator } from '../../migrate/model.ts';
import { type GoneRelease, type KnownMigrations, knownMigrations, type MigrationSource } from './known-migrations.ts';
import type { AppliedFacts } from './recovery.ts';
import type { DeployTools } from './tools.ts';

/** What is asked of a database. */
export interface DatabaseCall {
  readonly sources: readonly MigrationSource[];
  /** Ids that are run again where they are not applied, although only an earlier deploy has left them. */
  readonly again?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens the migrator for what releases know, works with it, and closes it. `undefined` where deploys have no database. */
export async function withMigrator<T>(
  tools: Pick<DeployTools, 'migrator' | 'releases' | 'place'>,
  call: DatabaseCall,
  work: (migrator: Migrator, gone: readonly GoneRelease[]) => Promise<T>,
): Promise<T | undefined> {
  const { migrator: open } = tools;
  if (open === undefined) return undefined;
  const known = await knownMigrations(tools, call.sources, call.signal);
  const ids = known.gone.flatMap((each) => each.ids);
  const using = async <R>(migrations: Migrations, what: (migrator: Migrator) => Promise<R>): Promise<R> => {
    const migrator = await open(migrations, { gone: ids });
    try {
      return await what(migrator);
    } finally {
      await migrator.close();
    }
  };
  const idle = known.left.size === 0 ? [] : await using(known, async (migrator) => idleOf(migrator, known, call));
  return using(without(known, idle), async (migrator) => work(migrator, known.gone));
}

/** What earlier deploys had left, and was taken back since: it is no part of the next one. */
async function idleOf(
  migrator: Migrator,
  { left }: KnownMigrations,
  { again = [], signal }: DatabaseCall,
): Promise<readonly string[]> {
  const { applied } = factsOf(await migrator.status({ signal }));
  return [...left].filter((id) => !applied.has(id) && !again.includes(id));
}

function without({ forward, backward }: Migrations, ids: readonly string[]): Migrations {
  const others = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] =>
    all.filter(({ id }) => !ids.includes(id));
  return { forward: others(forward), backward: others(backward) };
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
    losing: ids(there.filter(({ losesData }) => losesData === true)),
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
