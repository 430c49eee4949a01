import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '@x/storage';
import { type Clock, systemClock } from '../clock.ts';
import { OperationsError, shown } from '../errors.ts';
import type { RunReason } from '../slots/entry.ts';
import { type HeldRun, SHORTEST_LEASE_MS } from '../slots/held-run.ts';
import { ownProcess } from '../slots/process-proof.ts';
import { runError } from '../slots/run-error.ts';
import { slotBook } from '../slots/slot-book.ts';
import { cleanRuns, KEEP_MS } from './clean.ts';
import type { ScheduleEvent } from './events.ts';
import { type Job, type ReadyJob, readyJobs } from './job.ts';
import { type Claim, claimRun, giveUp, runClaimed, type RunEnd, type RunnerOptions } from './job-runner.ts';
import { JobTurnsView } from './job-turns.ts';

/** Options of {@link createScheduler}. */
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

/** A scheduler looks at least so often, in milliseconds: clocks jump, and machines sleep. */
const LOOK_MS = 30_000;
const LEASE_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Makes a scheduler. All processes that share a store share the runs: each slot of a job is run by one of them, and taken over with the next
 * number when that one dies. Nothing happens before `start()`, `look()` or `runNow()`.
 *
 * @throws {OperationsError} `INVALID_JOB`, `INVALID_TIMING`, `INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { createScheduler } from '@x/operations';
 * import { fsStore } from '@x/storage';
 *
 * const scheduler = createScheduler({
 *   store: fsStore('/var/lib/shop/schedule'),
 *   jobs: [{ name: 'tidy', timing: { at: ['02:30'], timeZone: 'Europe/Lisbon' }, run: async () => undefined }],
 *   onEvent: (event) => console.log(JSON.stringify(event)),
 * });
 * scheduler.start();
 * process.once('SIGTERM', () => void scheduler.stop({ graceMs: 10_000 }));
 * ```
 */
export function createScheduler(options: SchedulerOptions): Scheduler {
  return new StoredScheduler(options);
}

class StoredScheduler implements Scheduler {
  readonly #jobs: ReadonlyMap<string, ReadyJob>;
  readonly #runner: RunnerOptions;
  readonly #view: JobTurnsView;
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #keepMs: number;
  readonly #running = new Map<string, Promise<RunEnd | undefined>>();
  /** Jobs that are being decided on: one decision about a job at a time. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #cleaned = new Map<string, number>();
  readonly #stopping = new AbortController();
  readonly #abortRuns = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    const { store, jobs, instance, clock = systemClock, onEvent = () => undefined } = options;
    this.#jobs = readyJobs(jobs);
    this.#store = store;
    this.#clock = clock;
    this.#concurrency = atLeast('concurrency', options.concurrency ?? 2, 1);
    this.#keepMs = atLeast('keepMs', options.keepMs ?? KEEP_MS, 1);
    const owner = { id: randomUUID(), instance, ...ownProcess() };
    const leaseMs = atLeast('leaseMs', options.leaseMs ?? LEASE_MS, SHORTEST_LEASE_MS);
    const [stopping, stop] = [this.#stopping.signal, this.#abortRuns.signal];
    this.#runner = { book: slotBook(store), clock, owner, leaseMs, onEvent, stopping, stop };
    this.#view = new JobTurnsView(this.#runner);
  }

  start(): void {
    this.#refuseStopped();
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    const stop = this.#stopping.signal;
    while (!stop.aborted) {
      this.#wake = new AbortController();
      const { nextMs } = await this.look();
      const untilNext = nextMs === undefined ? LOOK_MS : nextMs - this.#clock.now();
      const ms = Math.min(LOOK_MS, Math.max(untilNext, 1));
      await this.#clock.sleep(ms, AbortSignal.any([stop, this.#wake.signal]));
    }
  }

  async look(): Promise<Look> {
    this.#refuseStopped();
    const due: { job: ReadyJob; dueMs: number }[] = [];
    const watched: WatchedRun[] = [];
    const started: StartedRun[] = [];
    let nextMs: number | undefined;
    for (const job of this.#jobs.values()) {
      // One that runs here, or for which there is no room, is looked at when one has ended.
      if (this.#running.has(job.name) || this.#running.size >= this.#concurrency) continue;
      const decision = await this.#guarded(job, async () => (await this.#view.look(job)).decision);
      if (decision?.kind === 'wait' && decision.untilMs !== undefined)
        nextMs = Math.min(nextMs ?? decision.untilMs, decision.untilMs);
      else if (decision?.kind === 'watch') watched.push({ job: job.name, ...decision });
      else if (decision?.kind === 'claim' || decision?.kind === 'advance') due.push({ job, dueMs: decision.dueMs });
      else if (decision?.kind === 'give-up') due.push({ job, dueMs: decision.slotMs });
    }
    // Whoever waits longest begins first: else jobs that take longer than their interval would leave no room to others.
    for (const { job } of due.toSorted((a, b) => a.dueMs - b.dueMs)) {
      if (this.#stopping.signal.aborted || this.#running.size >= this.#concurrency) break;
      const run = await this.#guarded(job, async () => this.#goOn(job));
      if (run !== undefined) started.push({ job: job.name, slotMs: run });
    }
    return { started, watched, nextMs };
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  async runNow(name: string, reason: Exclude<RunReason, 'time'> = 'manual'): Promise<RunEnd | undefined> {
    this.#refuseStopped();
    const job = this.#jobs.get(name);
    if (job === undefined) {
      const known = [...this.#jobs.keys()].join(', ') || 'none';
      throw new OperationsError('UNKNOWN_JOB', `Expected one of the jobs (${known}), got ${shown(name)}`);
    }
    while (this.#running.has(name)) await this.#running.get(name);
    const run = await this.#inTurn(job, async () => {
      if (this.#running.has(name)) return undefined;
      const asked = await this.#view.ask(job, reason);
      // What another process has left is run instead.
      if (asked === undefined) return (await this.#goOn(job)) === undefined ? undefined : this.#runOf(name);
      const claim: Claim = { ...asked, entries: 0, attempt: 1, reason };
      return (await this.#begin(job, claim)) ? this.#runOf(name) : undefined;
    });
    return run?.end;
  }

  /** In an object: a promise that is returned as it is would be waited for. */
  #runOf(name: string): { readonly end: Promise<RunEnd | undefined> | undefined } {
    return { end: this.#running.get(name) };
  }

  async stop({ graceMs = 0 }: StopOptions = {}): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await Promise.allSettled(this.#turns.values());
    const idle = new AbortController();
    const ended = this.idle().then(() => idle.abort());
    if (graceMs > 0) await this.#clock.sleep(graceMs, idle.signal);
    this.#abortRuns.abort(new OperationsError('SCHEDULER_STOPPED', 'Expected to run on, the scheduler was stopped'));
    await ended;
  }

  /** Carries out what is to be done about a job now. @returns The slot that is run here. */
  async #goOn(job: ReadyJob): Promise<number | undefined> {
    const { book, onEvent } = this.#runner;
    if (this.#running.has(job.name)) return undefined;
    const { decision, turn, next } = await this.#view.look(job);
    if (decision.kind === 'give-up') await giveUp(job.name, decision, this.#runner);
    if (decision.kind === 'claim') {
      const { slotMs, entries, attempt } = decision;
      const { reason = 'time', missed } = turn ?? {};
      return (await this.#begin(job, { slotMs, entries, attempt, reason, missed })) ? slotMs : undefined;
    }
    if (decision.kind !== 'advance') return undefined;
    const { slotMs, missed, to } = decision;
    if (!(await book.advance(job.name, next, { kind: to, slotMs, reason: 'time', missed }))) return undefined;
    if (to === 'run') {
      const claim: Claim = { slotMs, entries: 0, attempt: 1, reason: 'time', missed };
      return (await this.#begin(job, claim)) ? slotMs : undefined;
    }
    if (missed === undefined) return undefined;
    onEvent({ type: 'run.missed', job: job.name, slotMs, missed });
    await book.add(job.name, { slotMs, entries: 0 }, { kind: 'missed', atMs: this.#clock.now(), missed });
    return undefined;
  }

  async #begin(job: ReadyJob, claim: Claim): Promise<boolean> {
    const held = await claimRun(job, claim, this.#runner);
    if (held === undefined) return false;
    const run = this.#runToEnd(job, claim, held);
    this.#running.set(job.name, run);
    return true;
  }

  async #runToEnd(job: ReadyJob, claim: Claim, held: HeldRun): Promise<RunEnd | undefined> {
    try {
      const end = await runClaimed(job, claim, held, this.#runner);
      await this.#clean(job.name);
      return end;
    } catch (error) {
      this.#runner.onEvent({ type: 'schedule.failed', job: job.name, error: runError(error) });
      return undefined;
    } finally {
      this.#running.delete(job.name);
      this.#wake.abort();
    }
  }

  /** Once a day. */
  async #clean(job: string): Promise<void> {
    const nowMs = this.#clock.now();
    if (nowMs - (this.#cleaned.get(job) ?? 0) < DAY_MS) return;
    this.#cleaned.set(job, nowMs);
    await cleanRuns(this.#store, job, { nowMs, keepMs: this.#keepMs });
  }

  /** One decision about a job at a time. */
  async #inTurn<T>(job: ReadyJob, action: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(job.name) ?? Promise.resolve();
    const turn = before.then(action, action);
    this.#turns.set(
      job.name,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** What goes wrong is told, and tried again at the next look. */
  async #guarded<T>(job: ReadyJob, action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#inTurn(job, action);
    } catch (error) {
      this.#runner.onEvent({ type: 'schedule.failed', job: job.name, error: runError(error) });
      return undefined;
    }
  }

  #refuseStopped(): void {
    if (!this.#stopping.signal.aborted) return;
    throw new OperationsError('SCHEDULER_STOPPED', 'Expected a scheduler that runs, got one that was stopped', {
      hint: 'Make a new one.',
    });
  }
}

function atLeast(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new OperationsError(
    'INVALID_OPTION',
    `Expected "${name}" to be a whole number from ${least} on, got ${shown(value)}`,
  );
}
