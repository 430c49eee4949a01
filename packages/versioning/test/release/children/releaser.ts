// A process that makes a release, and kills itself before a write to the storage that it is told.
import { parsePrivateKey } from '@x/integrity';
import { fsStore, type ObjectStore } from '@x/storage';
import { createReleaseManager } from '../../../src/index.ts';
import type { ReleaserJob } from '../releaser.ts';

const job = JSON.parse(process.argv[2] ?? '') as ReleaserJob;
let writes = 0;

/** Nothing is cleaned up, and no other code runs: as if the power had failed for this process. */
function count(): void {
  writes += 1;
  if (writes === job.killAt) process.kill(process.pid, 'SIGKILL');
  if (writes === job.stopAt) process.kill(process.pid, 'SIGSTOP');
}

function counted(store: ObjectStore): ObjectStore {
  return {
    ...store,
    createIfAbsent: async (key, body, options) => (count(), await store.createIfAbsent(key, body, options)),
  };
}

const manager = createReleaseManager({
  storage: counted(fsStore(job.stored, { durable: false })),
  workspace: { folder: job.folder, remote: job.remote },
  privateKey: parsePrivateKey(job.privateKey),
  clock: () => Date.parse(job.at),
});
const { manifest } = await manager.createRelease({ createdBy: 'ann' });
console.log(JSON.stringify({ writes, manifest }));
