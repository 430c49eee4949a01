import { OperationsError, shown } from '../errors.ts';
import type { MissedSlots, RunError, RunReason } from '../slots/entry.ts';
import type { CatchUp } from '../slots/plan.ts';
import { checkJobName } from '../slots/slot-name.ts';
import { checkTiming, type Timing } from '../timing/timing.ts';

/** What a job is told of its run. */
export interface RunContext {
  readonly job: string;
  /** The moment at which it was to run, in milliseconds since 1970: the same for whoever takes the run over. */
  readonly slotMs: number;
  /** 1, or more when those who had begun this run before are gone. */
  readonly attempt: number;
  readonly reason: RunReason;
  /** Slots before this one that nobody has run. */
  readonly missed: MissedSlots | undefined;
  /** Aborted when the scheduler is told to stop, or another process has taken the run over. */
  readonly signal: AbortSignal;
}

/** What a job may say of its run. */
export interface RunReport {
  /** Default `ok`. A job that throws has failed. */
  readonly outcome?: 'ok' | 'partial' | 'failed' | undefined;
  /** Why it is not `ok`. */
  readonly error?: RunError | undefined;
  /** Anything that JSON can hold, at most 64 KiB of it: it is kept with the run. */
  readonly details?: unknown;
}

/** Something that runs by itself. */
export interface Job {
  /** Small letters, digits, `.`, `_`, `-`, and at most one `/`, such as `backup/property1`. All machines know it by this name. */
  readonly name: string;
  /** When it runs; without it only when somebody asks for it. */
  readonly timing?: Timing | undefined;
  /** Spreads runs over so many milliseconds after their slots, so that not all begin at the full hour; default 0. The same slot begins at the same moment on all machines. */
  readonly jitterMs?: number | undefined;
  /** Default `latest`. */
  readonly catchUp?: CatchUp | undefined;
  /** For `catchUp: 'none'`: how late a run may begin, in milliseconds; default 5 minutes. */
  readonly graceMs?: number | undefined;
  /** So many processes may die in a run until it is given up as failed; default 3. */
  readonly maxAttempts?: number | undefined;
  /** Does it. It should end soon when its signal is aborted, and must bear to be begun again when a process has died in it. */
  readonly run: (context: RunContext) => Promise<RunReport | undefined | void>;
}

/** A job that was checked, with what it leaves out. */
export interface ReadyJob extends Job {
  readonly jitterMs: number;
  readonly catchUp: CatchUp;
  readonly graceMs: number;
  readonly maxAttempts: number;
}

const GRACE_MS = 5 * 60_000;
const MAX_ATTEMPTS = 3;
const WEEK_MS = 7 * 24 * 60 * 60_000;

/**
 * Checks a job, and fills in what it leaves out.
 *
 * @throws {OperationsError} `INVALID_JOB`, `INVALID_TIMING`
 */
export function checkJob(job: Job): ReadyJob {
  const name = checkJobName(job.name);
  if (job.timing !== undefined) checkTiming(job.timing);
  const { catchUp = 'latest' } = job;
  if (!['latest', 'all', 'none'].includes(catchUp))
    throw new OperationsError(
      'INVALID_JOB',
      `Expected "catchUp" of ${name} to be latest, all or none, got ${shown(catchUp)}`,
    );
  return {
    ...job,
    catchUp,
    jitterMs: within(job, 'jitterMs', 0, [0, WEEK_MS]),
    graceMs: within(job, 'graceMs', GRACE_MS, [0, 52 * WEEK_MS]),
    maxAttempts: within(job, 'maxAttempts', MAX_ATTEMPTS, [1, 100]),
  };
}

/** Jobs by name. @throws {OperationsError} as {@link checkJob}, and for two of one name. */
export function readyJobs(jobs: readonly Job[]): ReadonlyMap<string, ReadyJob> {
  const ready = new Map<string, ReadyJob>();
  for (const job of jobs) {
    const checked = checkJob(job);
    if (ready.has(job.name))
      throw new OperationsError('INVALID_JOB', `Expected one job of each name, got ${shown(job.name)} twice`);
    ready.set(job.name, checked);
  }
  return ready;
}

function within(
  job: Job,
  key: 'jitterMs' | 'graceMs' | 'maxAttempts',
  usual: number,
  [least, most]: readonly [number, number],
): number {
  const value = job[key] ?? usual;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new OperationsError(
    'INVALID_JOB',
    `Expected "${key}" of ${job.name} to be from ${least} to ${most}, got ${shown(value)}`,
  );
}
