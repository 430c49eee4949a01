import type { ObjectStore } from '@x/storage';
import type { MissedSlots, RunError, RunOutcome, RunOwner, RunReason } from '../slots/entry.ts';
import { checkJobName } from '../slots/slot-name.ts';
import { slotBook } from '../slots/slot-book.ts';
import type { SlotState } from '../slots/state.ts';

/** One run of a job, as it is remembered. */
export interface RunRecord {
  readonly job: string;
  /** When it was to run, in milliseconds since 1970. */
  readonly slotMs: number;
  /** `running`: claimed, and nobody has said how it ended; also when its process has died and nobody has taken it over yet. */
  readonly status: RunOutcome | 'running' | 'released' | 'missed';
  readonly reason: RunReason;
  /** How many processes have begun it. */
  readonly attempts: number;
  readonly owner: RunOwner | undefined;
  /** Milliseconds since 1970, by the clock of the machine that said it. */
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  readonly error: RunError | undefined;
  readonly details: unknown;
  /** Slots before it that nobody has run. */
  readonly missed: MissedSlots | undefined;
}

/** Options of {@link runHistory}. */
export interface RunHistoryOptions {
  /** Only slots from this moment on, in milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  /** Only slots up to this moment, in milliseconds since 1970. */
  readonly untilMs?: number | undefined;
  /** The latest so many; default 100. */
  readonly limit?: number | undefined;
}

/**
 * The runs of a job, latest first, whichever machine has run them.
 *
 * A run whose record can't be read has failed with `SCHEDULE_DAMAGED`.
 *
 * @throws {OperationsError} `INVALID_JOB`
 *
 * @example
 * ```ts
 * import { runHistory } from '@x/operations';
 * import { fsStore } from '@x/storage';
 *
 * for (const run of await runHistory(fsStore('/var/lib/shop/schedule'), 'backup/property1', { limit: 10 }))
 *   console.log(new Date(run.slotMs).toISOString(), run.status, run.error?.message ?? '');
 * ```
 */
export async function runHistory(
  store: ObjectStore,
  job: string,
  options: RunHistoryOptions = {},
): Promise<RunRecord[]> {
  const { sinceMs, untilMs, limit = 100 } = options;
  const book = slotBook(store);
  checkJobName(job);
  const latest: number[] = [];
  const afterMs = sinceMs === undefined ? undefined : sinceMs - 1;
  for await (const slotMs of book.slots(job, { afterMs, untilMs })) {
    latest.push(slotMs);
    if (latest.length > limit) latest.shift();
  }
  const records: RunRecord[] = [];
  for (const slotMs of latest.toReversed()) records.push(recordOf(job, await book.read(job, slotMs)));
  return records;
}

function recordOf(job: string, state: SlotState): RunRecord {
  const { slotMs, reason, attempts, owner, startedMs, finishedMs, error, details, missed } = state;
  return {
    job,
    slotMs,
    status: statusOf(state),
    reason,
    attempts,
    owner,
    startedMs,
    finishedMs,
    error,
    details,
    missed,
  };
}

function statusOf({ status, outcome }: SlotState): RunRecord['status'] {
  if (status === 'open') return 'running';
  if (status === 'free') return 'released';
  return status === 'missed' ? 'missed' : (outcome ?? 'failed');
}
