import type { DeployedState } from '../layout/model.ts';
import type { DeployRunStep } from './contract.ts';
import type { DeployRunState } from './journal.ts';
import { databaseOf, endMaintenance, restoreBackup, type StepDone } from './deploy-step.ts';
import { migrateAgain, migrateBack } from './migrate-database.ts';
import { postChecksOf } from './own-checks.ts';
import { checksText, runPatiently } from './patient-checks.ts';
import type { RecoveryStep } from './recovery.ts';
import type { DeployWork } from './tools.ts';

type Undo = (work: DeployWork, step: RecoveryStep) => Promise<string | StepDone>;

/** What takes each step back; it may have been half done before. Says what was done, for people. */
export const UNDOING: Partial<Record<DeployRunStep, Undo>> = {
  'migrations-back': async (work, { migrations = [] }) => {
    const ids = await migrateAgain(work.tools, migrations, await databaseOf(work));
    return ids.length === 0 ? 'applied already' : `${ids.join(', ')} applied again`;
  },
  data: takeBack,
  expand: takeBack,
  'restore-data': async (work, { restores = '' }) => {
    const { detail, partial } = await restoreBackup(work, restores);
    return { detail: `restored: ${detail}`, partial };
  },
  switch: switchBack,
  service: serviceBack,
  stage: leaveFiles,
  'maintenance-on': endMaintenance,
};

async function takeBack(work: DeployWork, { migrations = [] }: RecoveryStep): Promise<string> {
  const ids = await migrateBack(work.tools, migrations, await databaseOf(work));
  return ids.length === 0 ? 'taken back already' : `${ids.join(', ')} taken back`;
}

/** The release before is current, and what it was. */
async function switchBack({ tools, journal }: DeployWork): Promise<string> {
  const { plan, before } = journal.state;
  const { version, from } = plan;
  await tools.place.switchTo(from);
  const releases = await tools.place.releases();
  const stateOf = (name: string): DeployedState | undefined => releases.find((each) => each.version === name)?.state;
  if (stateOf(version) === 'active') await tools.place.mark(version, stateAfter(journal.state), journal.run);
  // A rollback that was as good as done has called it rolled back.
  if (from !== undefined && before.get('good')?.state === 'good' && stateOf(from) !== 'good') {
    await tools.place.mark(from, 'active', journal.run);
    await tools.place.mark(from, 'good', journal.run);
  }
  return `${version} → ${from ?? 'nothing'}`;
}

/** The release before runs again, or nothing does, as before the first deploy. */
async function serviceBack({ tools, journal }: DeployWork): Promise<string> {
  const { service, settings, clock } = tools;
  const { from } = journal.state.plan;
  if (service === undefined) return 'none';
  if (from === undefined) {
    await service.run('stop');
    return `${service.spec.name} is stopped`;
  }
  const { state, version, detail } = await service.status();
  // A hand-over that has failed left it as it was: who stops it now might not get it up again.
  const isLeft = state === 'running' && version === from && detail === undefined;
  if (!isLeft) await service.run('restart', { version: from });
  const checks = postChecksOf({ tools });
  const results = await runPatiently(checks, { version: from, patienceMs: settings.healthTimeoutMs, clock });
  return `${service.spec.name} ${isLeft ? 'still runs' : 'runs'} ${from}: ${checksText(results)}`;
}

/** What was staged whole stays: as evidence where it failed, else for the next deploy. */
async function leaveFiles({ tools, journal }: DeployWork): Promise<string> {
  const { version } = journal.state.plan;
  const found = (await tools.place.releases()).find((each) => each.version === version);
  if (found === undefined || found.state === 'building') {
    await tools.place.discard(version, journal.run);
    return `the files of ${version} are removed`;
  }
  return `the files of ${version} stay, as ${found.state}`;
}

/** What a release is that was active and is no longer. */
function stateAfter({ plan, failure, before: known }: DeployRunState): DeployedState {
  if (plan.kind === 'deploy' && failure !== undefined && failure.code !== 'ABORTED') return 'bad';
  const before = (known.get('stage') ?? known.get('check-files'))?.state;
  return before === 'good' || before === 'rolled-back' ? before : 'staged';
}
