import { isMainThread, parentPort, workerData } from 'node:worker_threads';

import { startCutting } from '../backup/cut-role.ts';
import { startSealing } from '../backup/seal-role.ts';
import { startRestoring } from '../restore/restore-role.ts';
import { startScanning } from '../source/scan-role.ts';
import { startChecking } from '../verify/check-job.ts';
import type { ThreadStart } from './thread.ts';

/** Whether this thread was started by this package. */
export function isHoldfastWorker(): boolean {
  return !isMainThread && (workerData as { holdfast?: unknown } | null)?.holdfast === true;
}

/** Does the work of a worker thread. Importing this module in such a thread is enough: the last line calls it. */
function runWorker(): void {
  const port = parentPort;
  if (port === null) return;
  const { role, init } = workerData as ThreadStart;
  const start = {
    scan: startScanning,
    seal: startSealing,
    cut: startCutting,
    restore: startRestoring,
    check: startChecking,
  }[role];
  start(port, init as never);
}

if (isHoldfastWorker()) runWorker();
