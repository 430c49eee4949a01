import { shown, type VersioningError } from '../../errors.ts';
import type { MigrationWarning } from '../../migrate/model.ts';
import type { MigrationKind } from '../../migrations/model.ts';
import { decideBackup } from './backup-rules.ts';
import { refused } from './failure.ts';
import { goneWarnings, migrationSources } from './known-migrations.ts';
import { withMigrator } from './migrate-database.ts';
import type { DeployRunOptions } from './options.ts';
import { type DeployPlan, NO_MIGRATIONS, type PlannedDeployMigrations, type PlannedDeployStep } from './plan.ts';
import { wayBackOf } from './plan-recovery.ts';
import type { DeployableRelease } from './source.ts';
import type { DeployTools } from './tools.ts';

/** The strategy of a deploy that is carried out where it is asked for. */
export const LOCAL = 'local';
/** Only the service is restarted. */
const RESTART = 'local-restart';

/** What the linter calls an `expand` migration that takes something away. */
const CONTRACTS = 'contracts-in-expand';

const PHASES: readonly MigrationKind[] = ['expand', 'data', 'contract'];

/** Decides everything about a deploy, and does nothing. */
export async function planDeploy(
  tools: DeployTools,
  version: string,
  options: DeployRunOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<DeployPlan> {
  const { signal, strategy = LOCAL } = options;
  const current = await currentVersion(tools);
  const release = await tools.releases.getRelease(version, { signal });
  if (strategy === RESTART) return planRestart(tools, release.version, { current, options });
  if (current === release.version) throw isCurrent(current);
  const { migrations, warnings } = await pending(tools, release, signal);
  const count = PHASES.reduce((sum, phase) => sum + migrations[phase as 'expand'].length, 0);
  const backup = decideBackup(tools, options, count);
  const base = { from: current, migrations };
  return {
    format: 'holdfast-deploy-plan',
    formatVersion: 0,
    kind: 'deploy',
    version: release.version,
    from: current,
    channel: tools.channel,
    strategy,
    steps: deploySteps(tools, { ...base, version: release.version, isBackedUp: backup.isMade, options }),
    migrations,
    wayBack: wayBackOf(base),
    warnings: [...warnings, ...backup.warnings],
    agreements: backup.agreements,
    reason: backup.agreements.length === 0 ? undefined : options.reason,
    committedAt: committedAt(release),
  };
}

/** The release that `current` leads to. @throws {VersioningError} `DEPLOY_REFUSED` where something else is in its place. */
export async function currentVersion({ place }: Pick<DeployTools, 'place'>): Promise<string | undefined> {
  const current = await place.current();
  if (current.kind === 'release') return current.version;
  // A link to nothing is no release; the switch repairs it.
  if (current.kind === 'none' || current.kind === 'dangling') return undefined;
  const got = current.kind === 'foreign' ? `a link to ${shown(current.target)}` : 'a folder or file';
  throw refused(
    `Expected ${place.layout.current} to be a link to a release, got ${got}`,
    'Move it away: Holdfast removes nothing that it has not made.',
  );
}

async function pending(
  tools: DeployTools,
  { version }: DeployableRelease,
  signal: AbortSignal | undefined,
): Promise<{ readonly migrations: PlannedDeployMigrations; readonly warnings: readonly string[] }> {
  const sources = migrationSources([version], await tools.history.list({ signal }));
  const found = await withMigrator(tools, { sources, signal }, async (migrator, gone) => ({
    ...(await migrator.plan('up', { signal })),
    gone: goneWarnings(gone),
  }));
  if (found === undefined) return { migrations: NO_MIGRATIONS, warnings: [] };
  const of = (kind: MigrationKind): readonly string[] =>
    found.steps.filter((step) => step.kind === kind).map(({ id }) => id);
  const misplaced = found.warnings.find(({ rule }) => rule === CONTRACTS);
  if (misplaced !== undefined) throw takesTooEarly(version, misplaced);
  const destructive = found.steps.filter(({ takesAway }) => takesAway === true).map(({ id }) => id);
  return {
    migrations: {
      expand: of('expand'),
      data: of('data'),
      contract: of('contract'),
      back: [],
      destructive: destructive.length === 0 ? undefined : destructive,
    },
    warnings: [...found.gone, ...found.warnings.map(({ id, line, message }) => `${id}, line ${line}: ${message}`)],
  };
}

/** It runs while the release before is still at work, and would be left in place when that is gone back to. */
function takesTooEarly(version: string, { id, line, message }: MigrationWarning): VersioningError {
  return refused(
    `Expected what ${version} does to the database before the switch to take nothing away, got ${id}, line ${line}: ${message}`,
    `Make it a contract, which runs after the checks; or say above the statement that it is meant: -- lint: allow ${CONTRACTS}`,
  );
}

/** What the steps of a deploy depend on. */
interface DeployFacts {
  readonly version: string;
  readonly from: string | undefined;
  readonly migrations: PlannedDeployMigrations;
  readonly isBackedUp: boolean;
  readonly options: DeployRunOptions;
}

function deploySteps(tools: DeployTools, facts: DeployFacts): readonly PlannedDeployStep[] {
  const { version, from, migrations, isBackedUp, options } = facts;
  const { runPreChecks = true, runPostChecks = true, maintenanceMode = false } = options;
  const { expand, data, contract } = migrations;
  const verb = tools.service === undefined ? undefined : 'restarted or handed over';
  const back = from ?? 'nothing';
  return [
    ...when(runPreChecks, { step: 'pre-checks', what: 'release, migrations, disk, service and checks of your own' }),
    ...when(maintenanceMode, { step: 'maintenance-on', what: 'the flag goes up', undo: 'the flag comes down' }),
    ...when(isBackedUp, { step: 'safety-backup', what: `a backup from before ${version}` }),
    ...when(expand.length > 0, { step: 'expand', what: expand.join(', '), undo: 'taken back, until the switch' }),
    { step: 'stage', what: `the files of ${version}, each checked`, undo: 'kept as evidence, and marked bad' },
    { step: 'switch', what: `current: ${back} → ${version}`, undo: `current: ${version} → ${back}` },
    ...when(verb !== undefined, {
      step: 'service',
      what: `${verb}`,
      undo: from === undefined ? 'stopped' : `runs ${from}`,
    }),
    ...when(runPostChecks, { step: 'post-checks', what: 'until they pass, or the time is over' }),
    ...when(data.length > 0, { step: 'data', what: data.join(', '), undo: 'taken back, where there is a way back' }),
    ...when(contract.length > 0, { step: 'contract', what: contract.join(', ') }),
    ...when(maintenanceMode, { step: 'maintenance-off', what: 'the flag comes down' }),
    { step: 'good', what: `${version} is good` },
  ];
}

/** A step that is only there for a reason. */
export const when = (isThere: boolean, step: PlannedDeployStep): readonly PlannedDeployStep[] =>
  isThere ? [step] : [];

/** The service is restarted, and has to be well afterwards. */
function planRestart(
  tools: DeployTools,
  version: string,
  { current, options }: { readonly current: string | undefined; readonly options: DeployRunOptions },
): DeployPlan {
  if (current !== version) {
    throw refused(
      `Expected ${version} to be current, got ${current ?? 'none'}`,
      'Restart what is current, or deploy it first.',
    );
  }
  if (tools.service === undefined) throw refused('Expected a service to restart, got none', 'Name it with --service.');
  const { runPreChecks = true, runPostChecks = true } = options;
  return {
    format: 'holdfast-deploy-plan',
    formatVersion: 0,
    kind: 'restart',
    version,
    from: current,
    channel: tools.channel,
    strategy: RESTART,
    steps: [
      ...when(runPreChecks, { step: 'pre-checks', what: 'service and checks of your own' }),
      { step: 'service', what: 'restarted' },
      ...when(runPostChecks, { step: 'post-checks', what: 'until they pass, or the time is over' }),
    ],
    migrations: NO_MIGRATIONS,
    wayBack: [],
    warnings: [],
    agreements: [],
  };
}

/** The median of when the commits of a release were made. */
function committedAt({ createdAt, changelog }: DeployableRelease): string | undefined {
  const { leadTimeMs } = changelog;
  return leadTimeMs === undefined ? undefined : new Date(Date.parse(createdAt) - leadTimeMs).toISOString();
}

const isCurrent = (version: string): Error =>
  refused(`Expected a release that is not current, got ${version}`, `Restart it with \`--strategy ${RESTART}\`.`);
