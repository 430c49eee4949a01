// A process that does a job, and stops before and after it writes each of its records, until it is told to go on.
import { readSync, writeSync } from 'node:fs';
import { type DeployEntry, DeployJournal } from '../../../../../src/deploy/run/journal.ts';
import type { Deployment } from '../../../../../src/deploy/index.ts';
import { DeployHistory } from '../../../../../src/deploy/run/history.ts';
import type { ShopPlaces } from '../../shop-machine.ts';
import { doJob, stepDeployer, type StepJob } from '../step-job.ts';

const [job, places] = JSON.parse(process.argv[2] ?? '') as [StepJob, ShopPlaces];

/** Nothing else is done meanwhile, as nothing else is under way: whoever has started this looks around, or kills it. */
function moment(what: string): void {
  writeSync(1, `${what}\n`);
  readSync(0, new Uint8Array(1));
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

type Write<This, Entry> = (this: This, entry: Entry) => Promise<void>;

/** The real ones: only what comes before and after them is ours. */
const writeEntry = Reflect.get(DeployJournal.prototype, 'write') as Write<DeployJournal, DeployEntry>;
DeployJournal.prototype.write = async function write(entry) {
  await recorded(recordOf(entry), async () => writeEntry.call(this, entry));
};
const writeHistory = Reflect.get(DeployHistory.prototype, 'write') as Write<DeployHistory, Deployment>;
DeployHistory.prototype.write = async function write(deployment) {
  await recorded(`history ${deployment.outcome}`, async () => writeHistory.call(this, deployment));
};

const code = await doJob(stepDeployer(places, job), job).then(
  () => undefined,
  (error: unknown) => (error as { readonly code?: string }).code ?? String(error),
);
moment(`end ${code ?? ''}`.trim());
