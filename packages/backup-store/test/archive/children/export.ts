// Exports the latest snapshot of a place, slowly enough to be killed: `node export.ts '{"store":…,"cache":…,"keyFile":…,"to":…}'`.
import { exportZip } from '../../../src/archive/index.ts';
import { openRepository } from '../../../src/index.ts';

const { store, cache, keyFile, to } = JSON.parse(process.argv[2] ?? '{}') as Record<
  'store' | 'cache' | 'keyFile' | 'to',
  string
>;
const repository = await openRepository({ store, cacheDirectory: cache, unlock: { keyFile } });
const waiting = new Int32Array(new SharedArrayBuffer(4));
await exportZip({ repository, snapshot: 'latest', to, onProgress: () => void Atomics.wait(waiting, 0, 0, 300) });
await repository.close();
