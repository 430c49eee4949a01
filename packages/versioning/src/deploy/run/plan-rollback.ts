import { VersioningError } from '../../errors.ts';
import type { MigrationStatus } from '../../migrate/model.ts';
import { decideBackup } from './backup-rules.ts';
import { refused } from './failure.ts';
import { goneWarnings, knownMigrations, type MigrationSource, sourcesOfWayBack } from './known-migrations.ts';
import { planBack, withMigrator } from './migrate-database.ts';
import { type DeployPlan, NO_MIGRATIONS, type PlannedDeployStep } from './plan.ts';
import { currentVersion, LOCAL, when } from './plan-deploy.ts';
import {
  backupBefore,
  type Offer,
  offerOf,
  restored,
  type RollbackCall,
  type WayFacts,
  type WayToTarget,
} from './rollback-backup.ts';
import { demandTarget, previousGood } from './rollback-target.ts';
import type { DeployTools } from './tools.ts';

/** Decides everything about a rollback, and does nothing. */
export async function planRollback(
  tools: DeployTools,
  target: string | undefined,
  options: RollbackCall = {},
): Promise<DeployPlan> {
  const { signal } = options;
  const from = await currentVersion(tools);
  if (from === undefined) throw refused('Expected a release to roll back from, got none', 'Nothing is current here.');
  const history = await tools.history.list({ signal });
  const version = target ?? (await previousGood(tools, from, history));
  await demandTarget(tools, version, from);
  const way = await wayTo(tools, { version, from, history, options });
  const count = way.restores === undefined ? way.back.length : 1;
  const backup = decideBackup(tools, options, count);
  return {
    format: 'holdfast-deploy-plan',
    formatVersion: 0,
    kind: 'rollback',
    version,
    from,
    channel: tools.channel,
    strategy: LOCAL,
    steps: rollbackSteps(tools, { version, from, way, isBackedUp: backup.isMade, options }),
    migrations: { ...NO_MIGRATIONS, back: way.restores === undefined ? way.back : [] },
    restores: way.restores,
    fileCheck: options.fileCheck,
    wayBack: [`current leads to ${from} again`, `the service runs ${from}`],
    warnings: [...way.warnings, ...(way.notes ?? []), ...backup.warnings],
    agreements: backup.agreements,
    reason: backup.agreements.length === 0 ? undefined : options.reason,
  };
}

async function wayTo(tools: DeployTools, facts: WayFacts): Promise<WayToTarget> {
  const { version, from, history, options } = facts;
  const { signal, restore } = options;
  if (typeof restore === 'string') return restored(tools, facts, restore);
  if (tools.migrator === undefined) return { back: [], warnings: [] };
  const sources = sourcesOfWayBack({ version, from }, history);
  const { obstacle, losing, ...way } = await schemaWay(tools, { sources, version, signal });
  if (obstacle === undefined && losing.length === 0) return way;
  const backup = tools.backup === undefined ? undefined : backupBefore(history, version);
  if (backup !== undefined && tools.settings.restoreData === 'automatic' && restore !== false) {
    const { warnings, ...instead } = await restored(tools, facts, backup);
    return { ...instead, warnings: [...insteadOf(losing, obstacle), ...warnings] };
  }
  const offer = await offerOf(tools, backup, signal);
  if (obstacle !== undefined) throw noWay(obstacle, offer);
  const offered = offer === undefined ? [] : [`${offer.what} brings back the data of before instead.${offer.drops}`];
  return { ...way, warnings: [...way.warnings, ...offered] };
}

/** Why a backup comes back although migrations would lead there. */
const insteadOf = (losing: readonly string[], obstacle: string | undefined): readonly string[] =>
  obstacle !== undefined
    ? []
    : [
        `Taking ${losing.join(', ')} back would drop data, so that a backup is restored: \`--no-restore\` takes it back.`,
      ];

/** A way by migrations, and what is wrong with it. */
interface SchemaWay extends WayToTarget {
  /** What makes it impossible. */
  readonly obstacle?: string | undefined;
  /** Migrations that drop data on it. */
  readonly losing: readonly string[];
}

/** Which migrations go back, and what is in the way of that. */
async function schemaWay(
  tools: DeployTools,
  call: {
    readonly sources: readonly MigrationSource[];
    readonly version: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<SchemaWay> {
  const { version, signal } = call;
  const kept = new Set((await knownMigrations(tools, [{ version }], signal)).forward.map(({ id }) => id));
  const found = await withMigrator(tools, call, async (migrator, gone) => {
    // What a release that is gone has left was there before the one that is left.
    const old = new Set(gone.flatMap(({ ids }) => ids));
    const status = await migrator.status({ signal });
    demandApplied(status, { kept, version });
    const applied = (await migrator.applied({ signal })).filter(({ id }) => !kept.has(id) && !old.has(id));
    const back = applied.map(({ id }) => id).toReversed();
    const contracted = applied.filter(({ kind }) => kind === 'contract').map(({ id }) => id);
    const lonely = status.filter(({ id, isReversible }) => back.includes(id) && !isReversible).map(({ id }) => id);
    if (contracted.length > 0) {
      return {
        back,
        warnings: [],
        losing: [],
        obstacle: `${contracted.join(', ')} has taken away what ${version} needs`,
      };
    }
    if (lonely.length > 0) return { back, warnings: [], losing: [], obstacle: `${lonely.join(', ')} has no way back` };
    const losing = status.filter(({ id, losesData }) => back.includes(id) && losesData === true).map(({ id }) => id);
    const plan = back.length === 0 ? undefined : await planBack(migrator, back, signal);
    const warnings = (plan?.warnings ?? []).map(({ id, message }) => `${id}, taken back: ${message}`);
    return { back, warnings, losing, notes: goneWarnings(gone) };
  });
  return found ?? { back: [], warnings: [], losing: [] };
}

/** A rollback runs nothing forward. @throws {VersioningError} `DEPLOY_REFUSED`. */
function demandApplied(
  status: readonly MigrationStatus[],
  { kept, version }: { readonly kept: ReadonlySet<string>; readonly version: string },
): void {
  const missing = status.filter(({ id, state }) => kept.has(id) && (state === 'pending' || state === 'out-of-order'));
  if (missing.length === 0) return;
  throw refused(
    `Expected a database with what ${version} needs, got one without ${missing.map(({ id }) => id).join(', ')}`,
    `Deploy it: \`holdfast deploy run ${version}\` runs them.`,
  );
}

function noWay(obstacle: string, offer: Offer | undefined): VersioningError {
  return new VersioningError('ROLLBACK_REFUSED', `Expected a way back for the database, got none: ${obstacle}`, {
    hint:
      offer === undefined
        ? 'Restore a backup from before it and name it with `--restore`, or repair the release and deploy again.'
        : `${offer.what} restores the backup from before it.${offer.drops}`,
  });
}

/** What the steps of a rollback depend on. */
interface RollbackFacts {
  readonly version: string;
  readonly from: string;
  readonly way: WayToTarget;
  readonly isBackedUp: boolean;
  readonly options: RollbackCall;
}

function rollbackSteps(tools: DeployTools, facts: RollbackFacts): readonly PlannedDeployStep[] {
  const { version, from, way, isBackedUp, options } = facts;
  const { runPreChecks = true, runPostChecks = true, maintenanceMode = true } = options;
  const { back, restores } = way;
  return [
    ...when(runPreChecks, { step: 'validate', what: `files of ${version}, service and checks of your own` }),
    ...when(maintenanceMode, { step: 'maintenance-on', what: 'the flag goes up', undo: 'the flag comes down' }),
    ...when(isBackedUp, { step: 'safety-backup', what: `a backup from before the rollback to ${version}` }),
    ...when(back.length > 0 && restores === undefined, {
      step: 'migrations-back',
      what: back.join(', '),
      undo: 'run again',
    }),
    ...when(restores !== undefined, {
      step: 'restore-data',
      what: `the backup ${restores ?? ''}`,
      undo: 'the backup from before the rollback, where that is allowed',
    }),
    {
      step: 'check-files',
      what:
        options.fileCheck === 'full'
          ? `each byte of ${version}`
          : `each file of ${version}, read where size or time differ`,
    },
    { step: 'switch', what: `current: ${from} → ${version}`, undo: `current: ${version} → ${from}` },
    ...when(tools.service !== undefined, { step: 'service', what: 'restarted or handed over', undo: `runs ${from}` }),
    ...when(runPostChecks, { step: 'post-checks', what: 'until they pass, or the time is over' }),
    ...when(maintenanceMode, { step: 'maintenance-off', what: 'the flag comes down' }),
    { step: 'good', what: `${version} is good, ${from} is rolled back` },
  ];
}
