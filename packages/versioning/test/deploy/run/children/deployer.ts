// A process that deploys or rolls back, and kills itself at a moment that it is told.
import { createMigrator, sqliteDriver } from '../../../../src/migrate/index.ts';
import { join } from 'node:path';
import { childService } from '../child-service.ts';
import type { DeployerJob } from '../deployer-process.ts';
import { fileBackup } from '../file-backup.ts';
import { shopDeployer } from '../shop-machine.ts';

const job = JSON.parse(process.argv[2] ?? '') as DeployerJob;
const { places, killAt, from, abortAt } = job;
const stop = new AbortController();
const seen: string[] = [];

/** Nothing is cleaned up, and no other code runs: as if the power had failed for this process. */
function moment(what: string): void {
  if (from !== undefined && seen.length === 0 && what !== from) return;
  seen.push(what);
  if (seen.length === killAt) process.kill(process.pid, 'SIGKILL');
  if (what === abortAt) stop.abort();
}

/** Asked for between all that is written, within switches and marks too. */
function clock(): number {
  moment('clock');
  return Date.now();
}

const service = childService(places.root, places.port);
const backup = fileBackup(places.root);
const deployer = shopDeployer(places, {
  clock,
  ...(job.healthTimeoutMs === undefined ? {} : { healthTimeoutMs: job.healthTimeoutMs }),
  service: {
    ...service,
    run: async (verb, call) => {
      moment(`service ${verb}`);
      await service.run(verb, call);
      moment(`service ${verb} ended`);
    },
  },
  backup: {
    ...backup,
    create: async (call) => {
      const made = await backup.create(call);
      moment('backup ended');
      return made;
    },
  },
  migrator: (migrations, { gone }) =>
    createMigrator({
      driver: sqliteDriver(join(places.root, 'shared', 'db', 'app.sqlite')),
      migrations,
      gone,
      clock,
      lockTimeoutMs: 5000,
      onEvent: ({ type }) => moment(`migration ${type}`),
    }),
  onEvent: (event) => {
    const step = 'report' in event ? event.report.step : 'step' in event ? event.step : '';
    moment(`${event.kind} ${step}`.trim());
  },
});
try {
  const call = { signal: stop.signal, maintenanceMode: true };
  if (job.version === undefined) await deployer.rollbackRelease(undefined, call);
  else await deployer.deployRelease(job.version, call);
  console.log(JSON.stringify({ seen }));
} catch (error) {
  const { code, hint } = error as { readonly code?: string; readonly hint?: string };
  console.log(JSON.stringify({ seen, code, hint }));
}
// A signal that nobody needs any more keeps nothing alive.
process.exit(0);
