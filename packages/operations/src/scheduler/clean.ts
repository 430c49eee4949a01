import type { ObjectStore } from '@x/storage';
import { checkJobName } from '../slots/slot-name.ts';
import { slotBook } from '../slots/slot-book.ts';
import { isEnded } from '../slots/state.ts';

/** Options of {@link cleanRuns}. */
export interface CleanRunsOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Runs of slots older than this are forgotten, in milliseconds; default 90 days. */
  readonly keepMs?: number | undefined;
  /** Only says how many there are. */
  readonly dryRun?: boolean | undefined;
}

const KEEP_MS = 90 * 24 * 60 * 60_000;

/**
 * Forgets old runs of a job. The latest one stays, whatever its age, and so does one that has not ended: they say what is to be run next.
 *
 * @returns How many were forgotten.
 * @throws {OperationsError} `INVALID_JOB`
 */
export async function cleanRuns(store: ObjectStore, job: string, options: CleanRunsOptions): Promise<number> {
  const { nowMs, keepMs = KEEP_MS, dryRun = false } = options;
  const book = slotBook(store);
  checkJobName(job);
  let removed = 0;
  let before: number | undefined;
  for await (const slotMs of book.slots(job)) {
    if (before !== undefined && before < nowMs - keepMs && isEnded(await book.read(job, before))) {
      if (!dryRun) await book.remove(job, before);
      removed++;
    }
    if (slotMs >= nowMs - keepMs) break;
    before = slotMs;
  }
  return removed;
}
