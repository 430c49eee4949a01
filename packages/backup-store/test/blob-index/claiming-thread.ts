import { parentPort, workerData } from 'node:worker_threads';
import { FingerprintTable } from '../../src/blob-index/fingerprint-table.ts';

/** Claims ids in a table that other threads claim them in at the same time. */
export interface ClaimJob {
  readonly levels: readonly SharedArrayBuffer[];
  /** Ids of 16 bytes, one after the other. */
  readonly ids: Uint8Array;
  /** Where in `ids` this thread begins. */
  readonly from: number;
  /** An Int32: how many threads still have to come before all begin. */
  readonly gate: SharedArrayBuffer;
}

function main(job: ClaimJob): void {
  const table = new FingerprintTable(job.levels);
  const gate = new Int32Array(job.gate);
  const count = job.ids.length / 16;
  const won = new Int32Array(count);
  Atomics.sub(gate, 0, 1);
  // Without sleeping, so that all begin within a few instructions of each other.
  while (Atomics.load(gate, 0) > 0);
  for (let i = 0; i < count; i++) {
    const number = (job.from + i) % count;
    if (table.claim(job.ids.subarray(number * 16, number * 16 + 16))) won[number] = 1;
  }
  parentPort?.postMessage(won);
}

main(workerData as ClaimJob);
