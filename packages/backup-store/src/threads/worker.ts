import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';

import { KeptMemory, type ThreadLife } from './thread-life.ts';
import type { Role, ThreadStart } from './thread.ts';

/** Plays a role. */
type Start = (port: MessagePort, init: never, life: ThreadLife) => void;

// Each role loads only what it needs: most of the time that a thread takes to start is the loading of modules.
const ROLES: Record<Role, () => Promise<Start>> = {
  scan: async () => (await import('../source/scan-role.ts')).startScanning,
  seal: async () => (await import('../backup/seal-role.ts')).startSealing,
  cut: async () => (await import('../backup/cut-role.ts')).startCutting,
  restore: async () => (await import('../restore/restore-role.ts')).startRestoring,
  check: async () => (await import('../verify/check-job.ts')).startChecking,
};

/** Whether this thread was started by this package. */
export function isHoldfastWorker(): boolean {
  return !isMainThread && (workerData as { holdfast?: unknown } | null)?.holdfast === true;
}

/** Does the work of a worker thread. Importing this module in such a thread is enough: the last line calls it. */
async function runWorker(): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const { role, init, early } = workerData as ThreadStart;
  const start = await ROLES[role]();
  // Messages wait in the port until somebody listens.
  const kept = new KeptMemory();
  const rest = (): void => void port.once('message', begin);
  const life: ThreadLife = { rest, memory: (name, bytes) => kept.take(name, bytes) };
  const begin = (given: unknown): void => start(port, given as never, life);
  if (early === true) rest();
  else begin(init);
}

if (isHoldfastWorker()) void runWorker();
