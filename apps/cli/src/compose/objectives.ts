import type { CatalogEntry, Repository } from '@x/backup-store';
import type { OperationEvent } from '@x/operations';
import type {
  DeployFact,
  DrillResult,
  DrillSnapshot,
  ObjectiveJudgement,
  ObjectiveLimits,
  ObjectivesPolicy,
} from '@x/operations/drills';
import { hostname } from 'node:os';
import { now } from '../clock.ts';
import { optionalDuration } from '../config/duration.ts';
import type { Settings } from '../config/fields.ts';
import type { Context } from '../program/context.ts';
import { openDeploys } from './deploys.ts';
import { drilling } from './drills.ts';
import { eventsNamed, type OperationsStore } from './operations-store.ts';

/** What is promised, by the configuration. @throws {CliError} `USAGE`. */
function objectivesPolicy(settings: Settings): ObjectivesPolicy {
  const tenants: Record<string, ObjectiveLimits> = {};
  for (const [name, own] of Object.entries(settings['objectives.tenants'] ?? {}))
    tenants[name] = {
      restoreMs: optionalDuration(own.restore),
      rollbackMs: optionalDuration(own.rollback),
      rpoIncrementalMs: optionalDuration(own.rpoIncremental),
      rpoFullMs: optionalDuration(own.rpoFull),
      rtoMs: optionalDuration(own.rto),
    };
  return {
    restoreMs: optionalDuration(settings['objectives.restore']),
    rollbackMs: optionalDuration(settings['objectives.rollback']),
    rpoIncrementalMs: optionalDuration(settings['objectives.rpoIncremental']),
    rpoFullMs: optionalDuration(settings['objectives.rpoFull']),
    rtoMs: optionalDuration(settings['objectives.rto']),
    rtoCriticalMs: optionalDuration(settings['objectives.rtoCritical']),
    measuredWithinMs: optionalDuration(settings['objectives.measuredWithin']),
    tenants,
  };
}

/** How objectives stand, and what that was read from. */
export interface Judged {
  readonly judgements: readonly ObjectiveJudgement[];
  readonly catalog: readonly CatalogEntry[];
  readonly snapshots: readonly DrillSnapshot[];
  readonly drills: readonly DrillResult[];
  /** What tells of restores. */
  readonly restores: readonly OperationEvent[];
  readonly deploys: readonly DeployFact[] | undefined;
}

/** Holds what was measured against what is promised, of all tenants that are there, or of one. */
export async function judgeConfigured(
  context: Context,
  { repository, book }: { readonly repository: Repository; readonly book: OperationsStore['book'] },
  tenant?: string,
): Promise<Judged> {
  const { settings } = await context.effective();
  const { drillHistory, drillSnapshots, judgedTenants, judgeObjectives, RESTORE_EVENTS, restoresOf, rollbacksOf } =
    await drilling();
  const catalog = await repository.catalog({ tenant });
  const snapshots = drillSnapshots(catalog);
  const drills = await drillHistory(book);
  const restores = await eventsNamed({ book }, RESTORE_EVENTS);
  const deploys = await configuredDeploys(context);
  const named = Object.entries(settings['objectives.tenants'] ?? {});
  const critical = Object.fromEntries(named.map(([name, own]) => [name, own.critical === true]));
  const tenants = judgedTenants(await repository.tenants.list(), { snapshots, critical });
  const judgements = judgeObjectives({
    tenants: tenants.filter(({ name }) => tenant === undefined || name === tenant),
    snapshots,
    drills,
    restores: restoresOf(restores),
    rollbacks: deploys === undefined ? undefined : rollbacksOf(deploys),
    objectives: objectivesPolicy(settings),
    nowMs: now(),
  });
  return { judgements, catalog, snapshots, drills, restores, deploys };
}

/** Tells the book what has changed since. */
export async function noteJudged(
  { book }: Pick<OperationsStore, 'book'>,
  { judgements }: Judged,
): Promise<readonly OperationEvent[]> {
  return (await drilling()).noteObjectives(book, judgements, { nowMs: now(), host: hostname() });
}

/** Deploys and rollbacks of this machine; `undefined` when nothing is deployed here by the configuration. */
export async function configuredDeploys(context: Context): Promise<readonly DeployFact[] | undefined> {
  const { settings } = await context.effective();
  if (settings['deploy.root'] === undefined) return undefined;
  return (await openDeploys(context)).deployer.history({ signal: context.signal });
}
