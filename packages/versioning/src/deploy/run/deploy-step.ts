import { VersioningError } from '../../errors.ts';
import type { Check, CheckResult } from '../checks/contract.ts';
import type { DeployRunStep } from './contract.ts';
import type { StepResult } from './journal.ts';
import { migrationSources, sourcesOfWayBack } from './known-migrations.ts';
import { type DatabaseCall, migrateBack, migrateForward } from './migrate-database.ts';
import { filesFound, postChecksOf, preChecksOf } from './own-checks.ts';
import { checkText, checksText, failed, runPatiently } from './patient-checks.ts';
import type { DeployWork } from './tools.ts';

/** What a step that is done says of itself. */
export interface StepDone {
  /** For people. */
  readonly detail: string;
  readonly result?: StepResult | undefined;
  readonly checks?: readonly CheckResult[] | undefined;
  /** Of a restore: what did not come back, and why. */
  readonly partial?: readonly string[] | undefined;
}

/** What a step does. It may have been half done before. */
export type StepAction = (work: DeployWork) => Promise<StepDone>;

/** A step that was stopped by checks, with what they have found. */
export class ChecksFailed extends VersioningError {
  readonly results: readonly CheckResult[];

  constructor(results: readonly CheckResult[]) {
    const bad = failed(results);
    const hints = bad.map(({ hint }) => hint).filter((hint) => hint !== undefined);
    super('CHECKS_FAILED', `Expected all checks to pass, got ${bad.map(checkText).join('; ')}`, {
      hint: hints.length === 0 ? undefined : [...new Set(hints)].join(' '),
    });
    this.results = results;
  }
}

/** What each step does, of deploys and of rollbacks. */
export const STEP_ACTIONS: Readonly<Record<DeployRunStep, StepAction>> = {
  'pre-checks': preChecks,
  validate: async (work) => checked(work, preChecksOf(work), 0),
  'maintenance-on': maintenanceOn,
  'safety-backup': safetyBackup,
  expand: async (work) => migrated(work, 'expand'),
  stage,
  'check-files': checkFiles,
  'migrations-back': migrationsBack,
  'restore-data': restoreData,
  switch: switchOver,
  service: startService,
  'post-checks': async (work) => checked(work, postChecksOf(work), work.tools.settings.healthTimeoutMs),
  data: async (work) => migrated(work, 'data'),
  contract: async (work) => migrated(work, 'contract'),
  'maintenance-off': maintenanceOff,
  good,
};

/** The artefact is fetched before: checks have a time in which they have to end, and a fetch takes as long as it takes. */
async function preChecks(work: DeployWork): Promise<StepDone> {
  const { tools, artifact, journal, signal } = work;
  const { kind, version } = journal.state.plan;
  // What is wrong with it is told by its check.
  const release = await tools.releases.getRelease(version, { signal }).catch(() => undefined);
  if (kind === 'deploy' && release?.artifact !== undefined && release.status !== 'yanked') await artifact.fetch(signal);
  return checked(work, preChecksOf(work), 0);
}

/** @throws {VersioningError} `CHECKS_FAILED`. */
async function checked(
  { tools, journal, signal }: DeployWork,
  checks: readonly Check[],
  patienceMs: number,
): Promise<StepDone> {
  const { version } = journal.state.plan;
  const results = await runPatiently(checks, { signal, version, patienceMs, clock: tools.clock });
  if (failed(results).length > 0) throw new ChecksFailed(results);
  return { detail: checksText(results), checks: results };
}

async function maintenanceOn({ tools, journal }: DeployWork): Promise<StepDone> {
  const { kind, version } = journal.state.plan;
  if (journal.state.before.get('maintenance-on')?.isOn === true) return { detail: 'it was on already, and stays on' };
  const reason = `${kind} of ${version}`;
  await tools.place.maintenance.on(reason, journal.run);
  tools.tell({ kind: 'maintenance.switchedOn', by: tools.by, reason });
  return { detail: 'on' };
}

async function maintenanceOff(work: DeployWork): Promise<StepDone> {
  return { detail: await endMaintenance(work) };
}

/** Takes the flag of a run away. What somebody has switched on by hand, before or meanwhile, stays on. */
export async function endMaintenance({ tools, journal }: DeployWork): Promise<string> {
  if (journal.state.before.get('maintenance-on')?.isOn === true) return 'stays on, as it was';
  const other = await tools.place.maintenance.off(journal.run);
  if (other !== undefined) return `stays on: ${other.by || 'somebody'} has switched it on by hand`;
  tools.tell({ kind: 'maintenance.switchedOff', by: tools.by });
  return 'off';
}

async function safetyBackup({ tools, journal, signal }: DeployWork): Promise<StepDone> {
  const { backup, by } = tools;
  if (backup === undefined) throw new Error('A deploy without backup has no such step');
  const { version, kind } = journal.state.plan;
  const { id, detail } = await backup.create({
    version,
    kind: kind === 'rollback' ? 'pre-rollback' : 'pre-deploy',
    deployment: journal.run,
    signal,
  });
  if (id === undefined) return { detail };
  tools.tell({ kind: 'backup.created', version, by, backup: id });
  return { detail: `${id}: ${detail}`, result: { backup: id } };
}

/** The releases whose migrations may be in the database of a run. */
export async function databaseOf({ tools, journal, signal }: DeployWork): Promise<DatabaseCall> {
  const { plan } = journal.state;
  const history = await tools.history.list({ signal });
  const sources =
    plan.kind === 'rollback' ? sourcesOfWayBack(plan, history) : migrationSources([plan.version], history);
  return { sources, again: plan.migrations.back, signal };
}

async function migrated(work: DeployWork, phase: 'expand' | 'data' | 'contract'): Promise<StepDone> {
  const ids = await migrateForward(work.tools, phase, await databaseOf(work));
  return { detail: ids.length === 0 ? 'applied already' : ids.join(', ') };
}

async function migrationsBack(work: DeployWork): Promise<StepDone> {
  const ids = await migrateBack(work.tools, work.journal.state.plan.migrations.back, await databaseOf(work));
  return { detail: ids.length === 0 ? 'taken back already' : ids.join(', ') };
}

async function restoreData(work: DeployWork): Promise<StepDone> {
  const { restores } = work.journal.state.plan;
  if (restores === undefined) throw new Error('A rollback without backup has no such step');
  return restoreBackup(work, restores);
}

/** Brings a backup back while the service is stopped: what is written meanwhile would be lost, or worse, mixed with it. */
export async function restoreBackup({ tools, journal, signal }: DeployWork, name: string): Promise<StepDone> {
  const { backup, by, service } = tools;
  if (backup === undefined) throw new Error('Without backups nothing is restored');
  await service?.run('stop', { signal });
  // Nobody writes any more. That it can't be told is no reason to leave a way back.
  const dropped = await backup.preview(name, { signal }).catch((): readonly string[] => []);
  const { partial = [], notes = [] } = (await backup.restore(name, { signal })) ?? {};
  const missing = partial.length === 0 ? undefined : partial;
  tools.tell({ kind: 'backup.restored', version: journal.state.plan.version, by, backup: name, partial: missing });
  const parts = [
    name,
    ...(missing === undefined ? [] : [`only in part: ${partial.join('; ')}`]),
    ...dropped.map((line) => `dropped ${line}`),
    ...notes,
  ];
  return { detail: parts.join('; '), partial: missing };
}

async function stage({ tools, journal, artifact, signal }: DeployWork): Promise<StepDone> {
  const { run, state } = journal;
  const { version } = state.plan;
  const { path, digest, contents } = await artifact.verified(signal);
  const { release, aside } = await tools.place.stage({ version, run, artifact: path, digest, contents, signal });
  // It may have been staged long ago, and `shared/.env` has other secrets since.
  await tools.place.refreshEnv(version);
  const kept = aside === undefined ? '' : `; the changed files of the attempt before are kept in ${aside}`;
  return { detail: `${release.folder}, ${release.bytes} bytes${kept}` };
}

async function checkFiles(work: DeployWork): Promise<StepDone> {
  const { version } = work.journal.state.plan;
  const detail = await filesFound(work, work.signal);
  await work.tools.place.refreshEnv(version);
  return { detail };
}

async function switchOver({ tools, journal }: DeployWork): Promise<StepDone> {
  const { version, from } = journal.state.plan;
  await tools.place.switchTo(version);
  await tools.place.mark(version, 'active', journal.run);
  return { detail: `${from ?? 'nothing'} → ${version}` };
}

async function startService({ tools, journal, signal }: DeployWork): Promise<StepDone> {
  const { service } = tools;
  if (service === undefined) throw new Error('A deploy without service has no such step');
  const { version, kind } = journal.state.plan;
  if (kind === 'restart') await tools.place.refreshEnv(version);
  const { state } = await service.status({ signal });
  if (state === 'missing') await service.run('install', { version, signal });
  await service.run('handOver', { version, signal });
  return { detail: `${service.spec.name} runs ${version}` };
}

async function good({ tools, journal }: DeployWork): Promise<StepDone> {
  const { kind, version, from } = journal.state.plan;
  await tools.place.mark(version, 'good', journal.run);
  if (kind === 'rollback' && from !== undefined) await tools.place.mark(from, 'rolled-back', journal.run);
  return { detail: kind === 'rollback' ? `${version} is good, ${from} is rolled back` : `${version} is good` };
}
