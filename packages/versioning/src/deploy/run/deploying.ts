import { join } from 'node:path';
import type { ObjectStore } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import { thisOwner } from '../../release/owner.ts';
import { newRunId } from '../../release/run-id.ts';
import type { Deployment } from './contract.ts';
import { leftSteps, openDeployment } from './deployment.ts';
import { evidenceFolder, keepEvidence } from './evidence.ts';
import type { DeployEvent } from './events.ts';
import { isAbort, isTakenOver, withHint } from './failure.ts';
import { DeployJournal } from './journal.ts';
import { leave, noteAccepted } from './leaving.ts';
import { recordMigrations } from './migration-record.ts';
import { countOf, type DeployPlan } from './plan.ts';
import type { NoRecovery, Recovery } from './recovery.ts';
import { RunArtifact } from './run-artifact.ts';
import { finish, goBackOrRestore, goOn, restoringAfter, wayBackNow } from './run-deploy.ts';
import { type DeployTools, type DeployWork, isoNow } from './tools.ts';

/** What runs are carried out with. */
export interface DeployingTools extends DeployTools {
  /** Where journals lie. */
  readonly store: ObjectStore;
}

/** How a run is ended by a person. */
export interface UndoOptions {
  /** Whether the safety backup may be restored where nothing else leads back without losing data. `false`: not even where that is configured. Default: as it is configured. */
  readonly mayRestore?: boolean | undefined;
  /** Leaves what can't be taken back as it is, and ends the run: written down with who has accepted that, and told as an event. */
  readonly accept?: boolean | undefined;
  /** Why, for what is accepted. */
  readonly reason?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Carries a plan out. @throws whatever stops a step, with what was done about it. */
export async function carryOut(tools: DeployingTools, plan: DeployPlan, signal?: AbortSignal): Promise<Deployment> {
  const journal = new DeployJournal(tools.store, newRunId());
  await keepMigrations(tools, plan, signal);
  const agreed = await noteAgreements(tools, plan, journal.run);
  await journal.write({ kind: 'planned', plan, owner: thisOwner(tools.by), at: isoNow(tools) });
  const work = workOf(tools, journal, signal);
  await tools.history.write(openDeployment(journal.run, journal.state));
  tell(work, 'started');
  for (const event of agreed) tools.tell(event);
  return forward(work);
}

/** Before anything is done: it counts that somebody has said so, whatever comes of it. */
async function noteAgreements(tools: DeployingTools, plan: DeployPlan, run: string): Promise<readonly DeployEvent[]> {
  const { agreements, version, reason } = plan;
  const { by, channel } = tools;
  if (!agreements.includes('no-backup')) return [];
  const migrations = countOf(plan.migrations);
  await tools.overrides.write({ kind: 'no-backup', by, at: isoNow(tools), reason, channel, version, run, migrations });
  return [{ kind: 'backup.skipped', version, by, migrations, reason }];
}

/** What is run on a database has to be known as long as the database is there, whatever becomes of the release. */
async function keepMigrations(
  tools: DeployingTools,
  { kind, version }: DeployPlan,
  signal?: AbortSignal,
): Promise<void> {
  if (tools.migrator === undefined || kind !== 'deploy') return;
  const { migrations } = await tools.releases.getRelease(version, { signal });
  await recordMigrations(tools.place.layout, version, migrations);
}

/** How a run is gone on with. */
export type ResumeOptions = Omit<UndoOptions, 'mayRestore'>;

/** Goes on with the run that has not ended, in the direction in which it was going. */
export async function resume(tools: DeployingTools, options: ResumeOptions = {}): Promise<Deployment> {
  const work = await openWork(tools, options);
  tell(work, 'resumed');
  if (work.journal.state.ended !== undefined) return finish(work, work.journal.state.ended.outcome);
  return work.journal.state.recovery === undefined ? forward(work) : backward(work);
}

/** Takes the run that has not ended back. @throws {VersioningError} `ROLLBACK_REFUSED` where nothing leads back. */
export async function undo(tools: DeployingTools, options: UndoOptions): Promise<Deployment> {
  const { mayRestore } = options;
  const work = await openWork(tools, options);
  const { ended, recovery } = work.journal.state;
  if (ended !== undefined) return finish(work, ended.outcome);
  if (recovery === undefined) {
    const way = await wayBackNow(work, { mayRestore, mayLose: true, mayLeave: work.acceptance !== undefined });
    if ('reason' in way) throw await noWayBack(work, way);
    await turnLeaving(work, way);
  }
  return backward(work, mayRestore);
}

/** Going back without all that leads back is somebody's decision. */
async function turnLeaving(work: DeployWork, way: Recovery): Promise<void> {
  const { journal, tools } = work;
  const { step, reason: found = '' } = way.leaves ?? {};
  if (step !== undefined) await noteAccepted(work, { step, direction: 'back', found });
  await journal.write({ kind: 'turned', recovery: way, at: isoNow(tools) });
  if (step === undefined) return;
  await leave(work, { step, outcome: 'left', at: isoNow(tools), ms: 0, detail: `left as it is: ${found}` });
}

async function openWork(
  tools: DeployingTools,
  { accept = false, reason, signal }: Omit<UndoOptions, 'mayRestore'>,
): Promise<DeployWork> {
  const open = await tools.history.open(signal);
  if (open === undefined) {
    throw new VersioningError('DEPLOY_NOT_FOUND', 'Expected a deploy that has not ended, got none', {
      hint: 'There is nothing to do.',
    });
  }
  const journal = new DeployJournal(tools.store, open.id);
  if ((await journal.read(signal)) === undefined) {
    throw new VersioningError('INVALID_HISTORY', `Expected the journal of run ${open.id}, got none`, {
      hint: 'Put the folder .holdfast of the deployment back from a copy.',
    });
  }
  await journal.write({ kind: 'taken', owner: thisOwner(tools.by) });
  return { ...workOf(tools, journal, signal), acceptance: accept ? { reason } : undefined };
}

function workOf(tools: DeployingTools, journal: DeployJournal, signal: AbortSignal | undefined): DeployWork {
  const scratch = join(tools.place.layout.state, 'scratch', journal.run);
  const { version } = journal.state.plan;
  return { tools, journal, scratch, artifact: new RunArtifact({ tools, version, scratch }), signal };
}

async function forward(work: DeployWork): Promise<Deployment> {
  try {
    await goOn(work);
  } catch (error) {
    throw await afterFailure(work, error);
  }
  const hasLeft = leftSteps(work.journal.state).size > 0;
  const deployment = await finish(work, 'succeeded', hasLeft ? evidenceFolder(work) : undefined);
  tell(work, 'succeeded', deployment);
  return deployment;
}

/** What was done about a failure is part of the error. */
async function afterFailure(work: DeployWork, error: unknown): Promise<unknown> {
  const { journal, tools, signal } = work;
  // Somebody else works on it now. What waits or runs a program tells of an end by the signal in words of its own.
  if (isTakenOver(error)) return error;
  if (isTakenOver(signal?.reason)) return signal?.reason;
  const { begun, plan } = journal.state;
  if (isAbort(error) && begun.includes('switch')) {
    return stopped(
      `${plan.version} is switched to: \`holdfast deploy resume\` goes on, with --undo it goes back.`,
      error,
    );
  }
  const lines = await keepEvidence(work);
  if (lines.length > 0) tools.tell({ kind: 'service.logged', version: plan.version, lines });
  try {
    const way = await wayBackNow(work, { mayRestore: undefined, mayLose: false, mayLeave: false });
    if ('reason' in way) {
      tell(work, 'failed');
      return withHint(error, (await noWayBack(work, way)).hint ?? '');
    }
    await journal.write({ kind: 'turned', recovery: way, at: isoNow(tools) });
    const deployment = await backward(work);
    return toldOf(work, error, deployment);
  } catch (going) {
    if (isTakenOver(going)) return going;
    const { message, hint = '' } = going as Partial<VersioningError>;
    return withHint(error, `Going back has stopped (${message ?? String(going)}). ${hint}`.trim());
  }
}

async function backward(work: DeployWork, mayRestore?: boolean): Promise<Deployment> {
  const { begun, failure, plan } = work.journal.state;
  await goBackOrRestore(work, mayRestore ?? work.tools.settings.restoreData === 'automatic').catch(
    async (error: unknown) => {
      throw isTakenOver(error) ? error : await blocked(work, error);
    },
  );
  const isFailure = failure !== undefined && failure.code !== 'ABORTED';
  const isKept = isFailure || leftSteps(work.journal.state).size > 0;
  const hasSwitched = begun.includes('switch') && plan.kind === 'deploy';
  const outcome = !isFailure ? 'undone' : hasSwitched ? 'rolled-back' : 'failed';
  const deployment = await finish(work, outcome, isKept ? evidenceFolder(work) : undefined);
  tell(work, outcome === 'rolled-back' ? 'rolledBack' : outcome, deployment);
  return deployment;
}

function toldOf({ journal }: DeployWork, error: unknown, { from, evidence, outcome, wayBack }: Deployment): unknown {
  const { recovery, plan, reports } = journal.state;
  const left = reports.filter((each) => each.outcome === 'left').map(({ detail }) => detail);
  const notes = [...(recovery?.notes ?? []), ...left].map((note) => ` ${note}.`).join('');
  const what =
    plan.kind === 'restart'
      ? 'Nothing was taken back.'
      : outcome === 'rolled-back'
        ? `Rolled back to ${from ?? 'nothing'} in ${wayBack?.ms ?? 0} ms.`
        : 'Everything was taken back.';
  if (isAbort(error)) return stopped(`${what}${notes}`, error);
  return withHint(error, `${what}${notes} Evidence: ${evidence ?? ''}`);
}

/** What can be done where nothing leads back by itself: the release stays, as its checks have passed. */
async function noWayBack(
  { journal, tools }: DeployWork,
  { reason, backup, losing }: NoRecovery,
): Promise<VersioningError> {
  const { version, from } = journal.state.plan;
  const restore = backup === undefined ? '' : ` ${await restoreText(tools, backup)}`;
  const lossy =
    losing === undefined ? '' : ` \`--undo\` takes ${losing.join(', ')} back all the same, with what that drops.`;
  return new VersioningError('ROLLBACK_REFUSED', `Expected a way back to ${from ?? 'nothing'}, got none: ${reason}`, {
    hint: `${version} stays current. \`holdfast deploy resume\` tries again, and with --accept ends the deploy without what can't be done.${lossy}${restore}`,
  });
}

/** A way back on which something is in the way, with what can be done about it. */
async function blocked(work: DeployWork, error: unknown): Promise<VersioningError> {
  const { tools, journal } = work;
  const { restoreData } = tools.settings;
  const backup =
    restoringAfter(work, error) === undefined ? undefined : journal.state.done.get('safety-backup')?.backup;
  const restore = backup === undefined || restoreData === 'never' ? '' : ` ${await restoreText(tools, backup)}`;
  const without = 'with --accept it leaves what is in the way as it is.';
  return withHint(error, `\`holdfast deploy resume\` goes on with the way back, ${without}${restore}`);
}

/** What it would mean to restore a backup instead. */
async function restoreText({ backup: backups }: DeployTools, backup: string): Promise<string> {
  const dropped = (await backups?.preview(backup).catch((): readonly string[] => [])) ?? [];
  const drops = dropped.length === 0 ? '' : `, which drops ${dropped.join('; ')}`;
  return `\`holdfast deploy resume --undo --restore-data\` restores the backup ${backup}${drops}.`;
}

/** The end by a signal, with what is to be done about it. */
class DeployStopped extends Error {
  override readonly name: string = 'AbortError';
  readonly code: string = 'ABORTED';
  readonly hint: string;

  constructor(hint: string, cause: unknown) {
    super('The deploy was stopped', { cause });
    this.hint = hint;
  }
}

const stopped = (hint: string, cause: unknown): Error => new DeployStopped(hint, cause);

type Told = 'started' | 'succeeded' | 'failed' | 'rolledBack' | 'undone' | 'resumed';

function tell({ journal, tools }: DeployWork, what: Told, deployment?: Deployment): void {
  const { plan } = journal.state;
  const about = plan.kind === 'rollback' && what !== 'rolledBack' ? 'rollback' : 'deploy';
  const kind = `${about}.${what}` as Extract<DeployEvent, { readonly deployment: Deployment }>['kind'];
  tools.tell({
    kind,
    version: plan.version,
    by: tools.by,
    deployment: deployment ?? openDeployment(journal.run, journal.state),
  });
}
