import { VersioningError } from '../../errors.ts';
import type { MigrationStatus } from '../../migrate/model.ts';
import { decideBackup } from './backup-rules.ts';
import type { Deployment } from './contract.ts';
import { refused } from './failure.ts';
import { goneWarnings, knownMigrations, type MigrationSource, sourcesOfWayBack } from './known-migrations.ts';
import { planBack, withMigrator } from './migrate-database.ts';
import type { RollbackRunOptions } from './options.ts';
import { type DeployPlan, NO_MIGRATIONS, type PlannedDeployStep } from './plan.ts';
import { currentVersion, LOCAL, when } from './plan-deploy.ts';
import { demandTarget, previousGood } from './rollback-target.ts';
import type { DeployTools } from './tools.ts';

interface RollbackCall extends RollbackRunOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What is known of the way back to a release. */
interface WayToTarget {
  readonly back: readonly string[];
  readonly warnings: readonly string[];
  /** What can't be looked at. */
  readonly notes?: readonly string[] | undefined;
  /** The backup that is restored instead. */
  readonly restores?: string | undefined;
}

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

/** What the way back has to look at. */
interface WayFacts {
  readonly version: string;
  readonly from: string;
  readonly history: readonly Deployment[];
  readonly options: RollbackCall;
}

async function wayTo(tools: DeployTools, facts: WayFacts): Promise<WayToTarget> {
  const { version, from, history, options } = facts;
  const { signal, restore } = options;
  if (restore !== undefined) return restored(tools, facts, restore);
  if (tools.migrator === undefined) return { back: [], warnings: [] };
  const sources = sourcesOfWayBack({ version, from }, history);
  const { obstacle, ...way } = await schemaWay(tools, { sources, version, signal });
  if (obstacle === undefined) {
    const lossy = way.warnings.length > 0 && tools.backup !== undefined ? backupBefore(history, version) : undefined;
    const instead = lossy === undefined ? [] : [`\`--restore ${lossy}\` brings back the data of before instead.`];
    return { ...way, warnings: [...way.warnings, ...instead] };
  }
  const backup = backupBefore(history, version);
  if (backup !== undefined && tools.settings.restoreData === 'automatic') return restored(tools, facts, backup);
  throw await noWay(tools, obstacle, backup);
}

/** Which migrations go back, and what is in the way of that. */
async function schemaWay(
  tools: DeployTools,
  call: {
    readonly sources: readonly MigrationSource[];
    readonly version: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<WayToTarget & { readonly obstacle?: string | undefined }> {
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
      return { back, warnings: [], obstacle: `${contracted.join(', ')} has taken away what ${version} needs` };
    }
    if (lonely.length > 0) return { back, warnings: [], obstacle: `${lonely.join(', ')} has no way back` };
    const plan = back.length === 0 ? undefined : await planBack(migrator, back, signal);
    const warnings = (plan?.warnings ?? []).map(({ id, message }) => `${id}, taken back: ${message}`);
    return { back, warnings, notes: goneWarnings(gone) };
  });
  return found ?? { back: [], warnings: [] };
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

/** The safety backup of the deploy that left a release: its data are those that the release had last. */
function backupBefore(history: readonly Deployment[], version: string): string | undefined {
  return history.find(({ kind, from, backup }) => kind === 'deploy' && from === version && backup !== undefined)
    ?.backup;
}

async function restored(tools: DeployTools, facts: WayFacts, asked: string): Promise<WayToTarget> {
  const { version, history, options } = facts;
  const name = asked === 'newest' ? backupBefore(history, version) : asked;
  if (tools.backup === undefined || name === undefined) {
    throw refused(
      `Expected a safety backup from before ${version} was left, got none`,
      'Restore another one with `holdfast backup restore` first.',
    );
  }
  const isKnown = history.some(({ backup }) => backup === name);
  await demandFromBefore(tools, facts, name);
  const dropped = await tools.backup.preview(name, { signal: options.signal });
  return {
    back: [],
    restores: name,
    warnings: [
      ...dropped.map((line) => `Restoring ${name} drops ${line}`),
      ...(isKnown ? [] : [`${name} was made by none of the deploys here: see that it is from before the migrations.`]),
    ],
  };
}

/** A backup that one of the deploys here has made has to be from before each contract step that is passed. */
async function demandFromBefore(
  tools: DeployTools,
  { version, from, history, options }: WayFacts,
  name: string,
): Promise<void> {
  const made = history.findIndex(({ backup }) => backup === name);
  const { signal } = options;
  const kept = new Set((await knownMigrations(tools, [{ version }], signal)).forward.map(({ id }) => id));
  const { forward } = await knownMigrations(tools, sourcesOfWayBack({ version, from }, history), signal);
  for (const { id, kind } of forward) {
    const applied = history.findIndex(({ migrated }) => migrated?.includes(id) === true);
    // The newest stands first, and a deploy makes its backup before it runs its migrations.
    if (kind !== 'contract' || kept.has(id) || made === -1 || applied === -1 || made >= applied) continue;
    throw new VersioningError(
      'ROLLBACK_REFUSED',
      `Expected a backup from before ${id}, got ${name}, which is from after it`,
      {
        hint: `Name an older one: ${backupBefore(history, version) ?? 'there is none from the deploys here'}.`,
      },
    );
  }
}

async function noWay(tools: DeployTools, obstacle: string, backup: string | undefined): Promise<VersioningError> {
  const isOffered = backup !== undefined && tools.backup !== undefined && tools.settings.restoreData !== 'never';
  const dropped = isOffered ? await tools.backup.preview(backup) : [];
  const drops = dropped.length === 0 ? '' : ` It drops ${dropped.join('; ')}.`;
  return new VersioningError('ROLLBACK_REFUSED', `Expected a way back for the database, got none: ${obstacle}`, {
    hint: isOffered
      ? `\`--restore ${backup}\` restores the backup from before it.${drops}`
      : 'Restore a backup from before it and name it with `--restore`, or repair the release and deploy again.',
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
