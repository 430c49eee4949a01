// A process that does a job, and kills itself before or after it has written one of its records.
import { type DeployEntry, DeployJournal } from '../../../../../src/deploy/run/journal.ts';
import { DeployHistory } from '../../../../../src/deploy/run/history.ts';
import type { ShopPlaces } from '../../shop-machine.ts';
import { doJob, stepDeployer, type StepJob } from '../step-job.ts';

const [job, places, killAt] = JSON.parse(process.argv[2] ?? '') as [StepJob, ShopPlaces, string | undefined];
const seen: string[] = [];

/** Nothing is cleaned up, and no other code runs: as if the power had failed for this process. */
function moment(what: string): void {
  seen.push(what);
  if (what === killAt) process.kill(process.pid, 'SIGKILL');
}

async function recorded(record: string, write: () => Promise<void>): Promise<void> {
  moment(`before ${record}`);
  await write();
  moment(`after ${record}`);
}

function recordOf(entry: DeployEntry): string {
  const step = 'report' in entry ? entry.report.step : 'step' in entry ? entry.step : undefined;
  return step === undefined ? entry.kind : `${entry.kind} ${step}`;
}

/** The real ones: only what comes before and after them is ours. */
const { write: writeEntry } = DeployJournal.prototype;
DeployJournal.prototype.write = async function write(entry) {
  await recorded(recordOf(entry), async () => writeEntry.call(this, entry));
};
const { write: writeHistory } = DeployHistory.prototype;
DeployHistory.prototype.write = async function write(deployment) {
  await recorded(`history ${deployment.outcome}`, async () => writeHistory.call(this, deployment));
};

const code = await doJob(stepDeployer(places, job), job).then(
  () => undefined,
  (error: unknown) => (error as { readonly code?: string }).code ?? String(error),
);
console.log(JSON.stringify({ seen, code }));
