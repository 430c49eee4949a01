import type { Clock } from '../clock.ts';
import { OperationsError } from '../errors.ts';
import type { MissedSlots, RunError, RunOutcome, RunOwner, RunReason } from '../slots/entry.ts';
import { HeldRun } from '../slots/held-run.ts';
import type { SlotDecision } from '../slots/plan.ts';
import { keptDetails, runError } from '../slots/run-error.ts';
import type { SlotBook } from '../slots/slot-book.ts';
import type { ScheduleEvent } from './events.ts';
import type { ReadyJob } from './job.ts';

/** What runs stand on. */
export interface RunnerOptions {
  readonly book: SlotBook;
  readonly clock: Clock;
  readonly owner: RunOwner;
  readonly leaseMs: number;
  readonly onEvent: (event: ScheduleEvent) => void;
  /** Aborted when the scheduler is told to stop: what fails from then on is given back. */
  readonly stopping: AbortSignal;
  /** Aborted when runs are to end. */
  readonly stop: AbortSignal;
}

/** How a run ended; `undefined` when it did not, but was given back or taken over. */
export interface RunEnd {
  readonly job: string;
  readonly slotMs: number;
  readonly outcome: RunOutcome;
  readonly error: RunError | undefined;
  readonly details: unknown;
  readonly durationMs: number;
}

/** What is claimed, and why. */
export interface Claim {
  readonly slotMs: number;
  /** Entries that the slot has: 0 for one that nobody had. */
  readonly entries: number;
  readonly attempt: number;
  readonly reason: RunReason;
  readonly missed: MissedSlots | undefined;
}

/** Claims a run. @returns `undefined` when another process was faster. */
export async function claimRun(job: ReadyJob, claim: Claim, options: RunnerOptions): Promise<HeldRun | undefined> {
  const { book, clock, owner, leaseMs, onEvent } = options;
  const { slotMs, entries, attempt, missed, reason } = claim;
  const entry = { kind: 'claimed', atMs: clock.now(), attempt, owner, leaseMs, reason, missed } as const;
  if (!(await book.add(job.name, { slotMs, entries }, entry))) return undefined;
  if (missed !== undefined && entries === 0) onEvent({ type: 'run.missed', job: job.name, slotMs, missed });
  onEvent({ type: 'run.started', job: job.name, slotMs, attempt, reason });
  return new HeldRun({ book, job: job.name, slotMs, entries: entries + 1, leaseMs, token: owner.id, clock });
}

/** Runs a job that was claimed, and says how it ended. Never rejects for what the job does. */
export async function runClaimed(
  job: ReadyJob,
  claim: Claim,
  held: HeldRun,
  options: RunnerOptions,
): Promise<RunEnd | undefined> {
  const { clock, onEvent, stop, stopping } = options;
  const { slotMs, attempt, reason, missed } = claim;
  const about = { job: job.name, slotMs };
  const started = clock.monotonic();
  const signal = AbortSignal.any([held.lost, stop]);
  const told = await reportOf(job, { job: job.name, slotMs, attempt, reason, missed, signal });
  const durationMs = Math.round(clock.monotonic() - started);
  // Whoever stops a service may stop what its jobs have started, too.
  if (stopping.aborted && told.outcome === 'failed') {
    onEvent((await held.release(stop)) ? { type: 'run.released', ...about } : { type: 'run.lost', ...about });
    return undefined;
  }
  if (!(await held.finish(told, stop))) {
    onEvent({ type: 'run.lost', ...about });
    return undefined;
  }
  const end: RunEnd = { ...about, ...told, durationMs };
  onEvent({ type: told.outcome === 'failed' ? 'run.failed' : 'run.finished', ...end });
  return end;
}

type Told = Pick<RunEnd, 'outcome' | 'error' | 'details'>;

async function reportOf(job: ReadyJob, context: Parameters<ReadyJob['run']>[0]): Promise<Told> {
  try {
    context.signal.throwIfAborted();
    const report = (await job.run(context)) ?? {};
    const { outcome = 'ok', error } = report;
    return { outcome, error, details: keptDetails(report.details) };
  } catch (error) {
    return { outcome: 'failed', error: runError(error), details: undefined };
  }
}

/** Says of a run in which too many processes have died that it has failed. */
export async function giveUp(
  job: string,
  decision: Extract<SlotDecision, { kind: 'give-up' }>,
  options: RunnerOptions,
): Promise<void> {
  const { book, clock, owner, onEvent } = options;
  const { slotMs, entries, attempts } = decision;
  const error = runError(
    new OperationsError('RUN_TAKEN_OVER', `Expected the run to end, ${attempts} processes have died in it`),
  );
  const end = { atMs: clock.now(), token: owner.id, outcome: 'failed', error, details: undefined } as const;
  if (await book.add(job, { slotMs, entries }, { kind: 'finished', ...end }))
    onEvent({ type: 'run.givenUp', job, slotMs, attempts });
}
