import type { ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import type { RunReason } from '../slots/entry.ts';
import type { ScheduleEvent } from './events.ts';
import type { Job } from './job.ts';
import type { RunEnd } from './job-runner.ts';

/** Options of `createScheduler`. */
export interface SchedulerOptions {
  /** Where runs are claimed and remembered: one store for all machines that share the work. */
  readonly store: ObjectStore;
  readonly jobs: readonly Job[];
  /**
   * A name that only one running process has at a time: it takes over at once what its predecessor has left. Without it that is done where the system
   * proves that the process has ended (Linux, on the same machine), and else when its lease has passed.
   */
  readonly instance?: string | undefined;
  /** Milliseconds without a sign of life until a run is taken over; default 60,000. */
  readonly leaseMs?: number | undefined;
  /** Jobs that run at the same time here; default 2. Whoever waits longest begins first. */
  readonly concurrency?: number | undefined;
  /** Runs older than this are forgotten, in milliseconds; default 90 days. */
  readonly keepMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Is told what happens. Must not throw. */
  readonly onEvent?: ((event: ScheduleEvent) => void) | undefined;
}

/** A run that was begun. */
export interface StartedRun {
  readonly job: string;
  readonly slotMs: number;
}

/** A run that another process has, or had when it died. */
export interface WatchedRun extends StartedRun {
  /** Signs of life: when there are no more for `leaseMs` milliseconds, the run is taken over. */
  readonly entries: number;
  readonly leaseMs: number;
}

/** What one look at the jobs came to. */
export interface Look {
  /** Runs that were begun. */
  readonly started: readonly StartedRun[];
  readonly watched: readonly WatchedRun[];
  /** Milliseconds since 1970 when the next run is due; `undefined` when none is. */
  readonly nextMs: number | undefined;
}

/** How a scheduler stops. */
export interface StopOptions {
  /** Milliseconds that runs may still take; what runs then is told to end and given back. Default 0. */
  readonly graceMs?: number | undefined;
}

/** Runs jobs at their times, each slot once on all machines. */
export interface Scheduler {
  /** Looks at the jobs until it is stopped. */
  start(): void;
  /** Looks once: begins what is due, and does not wait for it. */
  look(): Promise<Look>;
  /** Waits until nothing runs here. */
  idle(): Promise<void>;
  /**
   * Runs a job now, whatever its time, and waits for its end.
   *
   * @returns `undefined` when another process has it, or it was given back.
   * @throws {OperationsError} `UNKNOWN_JOB`, `SCHEDULER_STOPPED`
   */
  runNow(job: string, reason?: Exclude<RunReason, 'time'>): Promise<RunEnd | undefined>;
  /** Begins nothing any more, waits for what runs as long as it is told, and gives the rest back. */
  stop(options?: StopOptions): Promise<void>;
}
