import { parentPort, workerData } from 'node:worker_threads';
import { Credits } from '../../src/threads/credits.ts';

/** Makes pieces as fast as it gets credits for them. */
export interface CreditJob {
  readonly credits: SharedArrayBuffer;
  readonly limit: number;
  readonly pieces: number;
  readonly size: number;
}

const job = workerData as CreditJob;
const credits = new Credits(job.credits, job.limit);
for (let i = 0; i < job.pieces; i++) {
  credits.take(job.size);
  parentPort?.postMessage(job.size);
}
