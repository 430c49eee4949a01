import { rm } from 'node:fs/promises';
import type { VersioningError } from '../../errors.ts';
import type { Deployment, DeployRunStep, StepReport } from './contract.ts';
import { ChecksFailed, databaseOf, STEP_ACTIONS, type StepDone } from './deploy-step.ts';
import { deploymentOf } from './deployment.ts';
import { codeText } from './failure.ts';
import type { DeployRunState, StepBefore } from './journal.ts';
import { countOf } from './plan.ts';
import { appliedNow } from './migrate-database.ts';
import { hasToLeave, leave, leaveAccepted, mayLeave } from './leaving.ts';
import { isHarmless, planRecovery, planRestoring } from './plan-recovery.ts';
import type { AppliedFacts, NoRecovery, Recovery, RecoveryFacts, RecoveryStep } from './recovery.ts';
import { UNDOING } from './recovery-step.ts';
import { type DeployWork, isoNow } from './tools.ts';

/** Carries out the steps that are not done yet. May be called again after a kill at any point. */
export async function goOn(work: DeployWork): Promise<void> {
  const { journal, tools, signal } = work;
  const { plan } = journal.state;
  for (const { step } of plan.steps) {
    if (journal.state.done.has(step)) continue;
    signal?.throwIfAborted();
    if (hasToLeave(work, step)) {
      const found = 'data is left as it is';
      await leaveAccepted(work, { report: { ...nowOf(work, step), detail: found }, direction: 'forward', found });
      continue;
    }
    await journal.write({ kind: 'begun', step, before: await stateBefore(work, step) });
    tools.tell({ kind: 'step.begun', version: plan.version, step });
    const begun = tools.clock();
    const reported = (done: StepDone, outcome: StepReport['outcome']): StepReport => ({
      step,
      outcome,
      at: new Date(begun).toISOString(),
      ms: tools.clock() - begun,
      detail: done.detail,
      checks: done.checks,
      partial: done.partial,
    });
    try {
      const done = await STEP_ACTIONS[step](work);
      const report = reported(done, 'done');
      await journal.write({ kind: 'done', report, result: done.result });
      tools.tell({ kind: 'step.ended', version: plan.version, report });
    } catch (error) {
      const checks = error instanceof ChecksFailed ? error.results : undefined;
      const { message } = error as Error;
      const report = reported({ detail: message, checks }, 'failed');
      await journal.write({ kind: 'failed', report, error: { code: codeText(error), message } });
      tools.tell({ kind: 'step.ended', version: plan.version, report });
      if (!mayLeave(work, { step, direction: 'forward', error })) throw error;
      const left = { ...nowOf(work, step), detail: `left as it is: ${message}` };
      await leaveAccepted(work, { report: left, direction: 'forward', found: message });
    }
  }
}

/** A step that is left, as its report begins. */
const nowOf = ({ tools }: DeployWork, step: DeployRunStep) =>
  ({ step, outcome: 'left', at: isoNow(tools), ms: 0 }) as const;

/** What only can be known before a step is begun for the first time. */
async function stateBefore({ tools, journal }: DeployWork, step: DeployRunStep): Promise<StepBefore | undefined> {
  if (journal.state.begun.includes(step)) return undefined;
  if (step === 'maintenance-on') return { isOn: await tools.place.maintenance.isOn() };
  if (step !== 'stage' && step !== 'check-files' && step !== 'good') return undefined;
  const { version, from } = journal.state.plan;
  const changed = step === 'good' ? from : version;
  return { state: (await tools.place.releases()).find((each) => each.version === changed)?.state };
}

const NOTHING_APPLIED: AppliedFacts = {
  applied: new Set(),
  reversible: new Set(),
  interrupted: new Set(),
  losing: new Set(),
};

/** What whoever goes back has said. */
interface WayBackCall extends Pick<RecoveryFacts, 'mayLeave' | 'mayLose'> {
  /** `undefined`: as it is configured. */
  readonly mayRestore: boolean | undefined;
}

/** Decides how a run goes back, by its journal and its database. */
export async function wayBackNow(
  work: DeployWork,
  { mayRestore, ...may }: WayBackCall,
): Promise<Recovery | NoRecovery> {
  const { state } = work.journal;
  if (state.plan.kind === 'restart') return { steps: [], notes: [] };
  const { restoreData: configured, expandMigrations } = work.tools.settings;
  const restoreData = configured === 'automatic' && mayRestore === false ? 'offer' : configured;
  const facts =
    countOf(state.plan.migrations) > 0
      ? await appliedNow(work.tools, await databaseOf({ ...work, signal: undefined }))
      : NOTHING_APPLIED;
  return planRecovery(state, { ...facts, restoreData, expandMigrations, mayRestore: mayRestore ?? false, ...may });
}

/** What a migration says that can't go where it has to: tried again, it says the same. */
const BLOCKED: readonly unknown[] = [
  'MIGRATION_FAILED',
  'MIGRATION_INTERRUPTED',
  'MIGRATION_EDITED',
  'MIGRATION_MISSING',
  'IRREVERSIBLE_MIGRATION',
];

/** Takes back what was decided, each step written down. May be called again after a kill at any point. */
async function goBack(work: DeployWork): Promise<void> {
  const { recovery, undone } = work.journal.state;
  for (const step of recovery?.steps ?? []) {
    if (undone.has(step.step)) continue;
    try {
      await undo(work, step);
    } catch (error) {
      if (!(await isLeft(work, step, error))) throw error;
    }
  }
}

/** Whether a step that can't be taken back stays as it is: as nobody is in need of that, or as somebody has accepted it. */
async function isLeft(work: DeployWork, recovering: RecoveryStep, error: unknown): Promise<boolean> {
  const { step, migrations = [] } = recovering;
  const { message, code } = error as Partial<VersioningError>;
  const found = message ?? String(error);
  const report = nowOf(work, step);
  if (BLOCKED.includes(code) && isHarmless(work.journal.state, recovering)) {
    const detail = `${migrations.join(', ')} stays, as the release before works with it: ${found}`;
    await leave(work, { ...report, detail });
    return true;
  }
  if (!mayLeave(work, { step, direction: 'back', error })) return false;
  await leaveAccepted(work, { report: { ...report, detail: `left as it is: ${found}` }, direction: 'back', found });
  return true;
}

/** The way back by the safety backup, where an error says that a migration is in the way of the other one. */
export function restoringAfter({ journal }: DeployWork, error: unknown): Recovery | undefined {
  const { code } = error as { readonly code?: unknown };
  return BLOCKED.includes(code) ? planRestoring(journal.state) : undefined;
}

/** As {@link goBack}; where migrations are in the way, the safety backup is restored if that may be. */
export async function goBackOrRestore(work: DeployWork, mayRestore: boolean): Promise<void> {
  try {
    await goBack(work);
  } catch (error) {
    const recovery = mayRestore ? restoringAfter(work, error) : undefined;
    if (recovery === undefined) throw error;
    await work.journal.write({ kind: 'turned', recovery, at: isoNow(work.tools) });
    await goBack(work);
  }
}

async function undo(work: DeployWork, step: RecoveryStep): Promise<void> {
  const { journal, tools } = work;
  const { version } = journal.state.plan;
  tools.tell({ kind: 'step.undoing', version, step: step.step });
  const begun = tools.clock();
  const at = new Date(begun).toISOString();
  // Who wants to stop has to wait for this: half a way back is worse than none.
  const done = (await UNDOING[step.step]?.({ ...work, signal: undefined }, step)) ?? '';
  const { detail, partial } = typeof done === 'string' ? { detail: done } : done;
  const report: StepReport = { step: step.step, outcome: 'undone', at, ms: tools.clock() - begun, detail, partial };
  await journal.write({ kind: 'undone', report });
  tools.tell({ kind: 'step.ended', version, report });
}

/** Writes down how a run has ended, in its journal and in the history. May be called again after a kill. */
export async function finish(work: DeployWork, outcome: Deployment['outcome'], evidence?: string): Promise<Deployment> {
  const { journal, tools, scratch } = work;
  const ended =
    journal.state.ended ??
    deploymentOf(journal.run, journal.state, {
      outcome,
      endedAt: isoNow(tools),
      objectiveMs: tools.settings.objectiveMs,
      migrated: await migratedBy(work, journal.state),
      evidence,
    });
  await rm(scratch, { recursive: true, force: true });
  if (journal.state.ended === undefined) await journal.write({ kind: 'ended', deployment: ended });
  await tools.history.write(ended);
  return ended;
}

/** The migrations of a run that are applied in the end. */
async function migratedBy(work: DeployWork, { plan, begun }: DeployRunState): Promise<readonly string[]> {
  const { expand, data, contract } = plan.migrations;
  const own = [...expand, ...data, ...contract];
  if (own.length === 0 || !['expand', 'data', 'contract'].some((step) => begun.includes(step as 'expand'))) return [];
  const { applied } = await appliedNow(work.tools, await databaseOf({ ...work, signal: undefined }));
  return own.filter((id) => applied.has(id));
}
