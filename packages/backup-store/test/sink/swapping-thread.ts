import { renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** Puts a link to `outside` in the place of the directory `victim`, and the directory back, until told to stop. */
export interface SwapJob {
  readonly victim: string;
  readonly outside: string;
  /** An Int32: not 0 to stop. */
  readonly stop: SharedArrayBuffer;
}

function main(job: SwapJob): void {
  const stop = new Int32Array(job.stop);
  const aside = `${job.victim}.aside`;
  while (Atomics.load(stop, 0) === 0) {
    attempt(() => renameSync(job.victim, aside));
    attempt(() => symlinkSync(job.outside, job.victim));
    attempt(() => unlinkSync(job.victim));
    // While it was away the other side may have made a directory of its own, which then stays.
    if (!attempt(() => renameSync(aside, job.victim))) attempt(() => rmSync(aside, { recursive: true }));
  }
}

/** The other side makes and removes things too, so any step may fail. */
function attempt(step: () => void): boolean {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}

main(workerData as SwapJob);
