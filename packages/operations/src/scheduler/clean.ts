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

/** How long runs are kept, where nobody says otherwise, in milliseconds. */
export const KEEP_MS: number = 90 * 24 * 60 * 60_000;

/** Turns that are kept: where the clock was wrong, the ones before count. */
const TURNS = 10;

/**
 * Forgets old runs of a job. The latest ten stay, whatever their age, and so does one that has not ended: they say what is to be run next.
 *
 * @returns How many were forgotten.
 * @throws {OperationsError} `INVALID_JOB`
 */
export async function cleanRuns(store: ObjectStore, job: string, options: CleanRunsOptions): Promise<number> {
  const { nowMs, keepMs = KEEP_MS, dryRun = false } = options;
  const book = slotBook(store);
  checkJobName(job);
  let removed = 0;
  const oldest = await book.oldestOf(job, TURNS);
  if (oldest === undefined) return 0;
  const untilMs = Math.min(nowMs - keepMs, oldest.slotMs - 1);
  for await (const slotMs of book.slots(job, { untilMs })) {
    if (!isEnded(await book.read(job, slotMs))) continue;
    if (!dryRun) await book.remove(job, slotMs);
    removed++;
  }
  if (!dryRun) await book.removeTurns(job, oldest.n);
  return removed;
}
