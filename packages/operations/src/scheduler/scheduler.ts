import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ObjectStore } from '@x/storage';
import { type Clock, systemClock } from '../clock.ts';
import { OperationsError, shown } from '../errors.ts';
import type { RunReason } from '../slots/entry.ts';
import { SHORTEST_LEASE_MS } from '../slots/held-run.ts';
import { planSlot, type SlotDecision } from '../slots/plan.ts';
import { slotBook } from '../slots/slot-book.ts';
import { isEnded } from '../slots/state.ts';
import { WatchedLeases } from '../slots/watched-leases.ts';
import type { ScheduleEvent } from './events.ts';
import { type Job, type ReadyJob, readyJobs } from './job.ts';
import { type Claim, claimRun, giveUp, type RunEnd, type RunnerOptions, runClaimed } from './job-runner.ts';
import { newestSlot } from './newest-slot.ts';
import { runError } from '../slots/run-error.ts';

/** Options of {@link createScheduler}. */
export interface SchedulerOptions {
  /** Where runs are claimed and remembered: one store for all machines that share the work. */
  readonly store: ObjectStore;
  readonly jobs: readonly Job[];
  /** A name that only one running process has at a time: it takes over at once what its predecessor has left. Without it a run is taken over when its lease has passed. */
  readonly instance?: string | undefined;
  /** Milliseconds without a sign of life until a run is taken over; default 60,000. */
  readonly leaseMs?: number | undefined;
  /** Jobs that run at the same time here; default 2. */
  readonly concurrency?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Is told what happens. Must not throw. */
  readonly onEvent?: ((event: ScheduleEvent) => void) | undefined;
}

/** What one look at the jobs came to. */
export interface Look {
  /** Runs that were begun. */
  readonly started: readonly { readonly job: string; readonly slotMs: number }[];
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
  stop(options?: StopOptions): Promise<void>;
}

/** A scheduler looks at least so often, in milliseconds: clocks jump, and machines sleep. */
const LOOK_MS = 30_000;
const LEASE_MS = 60_000;

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
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #leases = new WatchedLeases();
  readonly #newest = new Map<string, number>();
  readonly #firstSeen = new Map<string, number>();
  readonly #running = new Map<string, Promise<RunEnd | undefined>>();
  readonly #stopping = new AbortController();
  readonly #abortRuns = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    const { store, jobs, instance, clock = systemClock, onEvent = () => undefined } = options;
    this.#jobs = readyJobs(jobs);
    this.#clock = clock;
    this.#concurrency = atLeast('concurrency', options.concurrency ?? 2, 1);
    const owner = { id: randomUUID(), instance, host: hostname(), pid: process.pid };
    const leaseMs = atLeast('leaseMs', options.leaseMs ?? LEASE_MS, SHORTEST_LEASE_MS);
    this.#runner = { book: slotBook(store), clock, owner, leaseMs, onEvent, stop: this.#abortRuns.signal };
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
    const started: { job: string; slotMs: number }[] = [];
    let nextMs: number | undefined;
    for (const job of this.#jobs.values()) {
      // A job that runs here, or for which there is no room, is looked at when one has ended.
      if (this.#stopping.signal.aborted || this.#running.has(job.name) || this.#running.size >= this.#concurrency)
        continue;
      try {
        const decision = await this.#decide(job);
        if (decision.kind === 'wait' && decision.untilMs !== undefined)
          nextMs = Math.min(nextMs ?? decision.untilMs, decision.untilMs);
        if (await this.#carryOut(job, decision))
          started.push({ job: job.name, slotMs: this.#newest.get(job.name) ?? 0 });
      } catch (error) {
        this.#runner.onEvent({ type: 'schedule.failed', job: job.name, error: runError(error) });
      }
    }
    return { started, nextMs };
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
    await this.#running.get(name)?.catch(() => undefined);
    const nowMs = this.#clock.now();
    const { newest } = await newestSlot(this.#runner.book, name, this.#newest.get(name), nowMs);
    if (newest !== undefined && !isEnded(newest)) {
      const decision = await this.#decide(job);
      return (await this.#carryOut(job, decision)) ? this.#running.get(name) : undefined;
    }
    const slotMs = Math.max(Math.floor(nowMs), (newest?.slotMs ?? -1) + 1);
    const claim: Claim = { kind: 'claim', slotMs, entries: 0, attempt: 1, missed: undefined, reason };
    return (await this.#begin(job, claim)) ? this.#running.get(name) : undefined;
  }

  async stop({ graceMs = 0 }: StopOptions = {}): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    const idle = new AbortController();
    const ended = this.idle().then(() => idle.abort());
    if (graceMs > 0) await this.#clock.sleep(graceMs, idle.signal);
    this.#abortRuns.abort(new OperationsError('SCHEDULER_STOPPED', 'Expected to run on, the scheduler was stopped'));
    await ended;
  }

  async #decide(job: ReadyJob): Promise<SlotDecision> {
    const { book, owner, onEvent } = this.#runner;
    const nowMs = this.#clock.now();
    const firstSeenMs = this.#firstSeen.get(job.name) ?? (await book.firstSeen(job.name, nowMs));
    this.#firstSeen.set(job.name, firstSeenMs);
    const { newest, ahead } = await newestSlot(book, job.name, this.#newest.get(job.name), nowMs);
    if (ahead !== undefined) onEvent({ type: 'clock.ahead', job: job.name, slotMs: ahead, nowMs });
    if (newest !== undefined) this.#newest.set(job.name, newest.slotMs);
    const isOwnerGone =
      newest?.status === 'open' && this.#leases.isGone(job.name, newest, owner.instance, this.#clock.monotonic());
    if (job.timing === undefined && (newest === undefined || isEnded(newest)))
      return { kind: 'wait', untilMs: undefined };
    const { timing = { everyMs: LEASE_MS }, jitterMs, catchUp, graceMs, maxAttempts } = job;
    const rules = { job: job.name, timing, jitterMs, catchUp, graceMs, maxAttempts };
    return planSlot({ ...rules, newest, isOwnerGone, firstSeenMs, nowMs });
  }

  /** @returns Whether a run has begun here. */
  async #carryOut(job: ReadyJob, decision: SlotDecision): Promise<boolean> {
    const { book, clock, onEvent } = this.#runner;
    switch (decision.kind) {
      case 'wait':
      case 'watch':
        return false;
      case 'claim':
        return this.#begin(job, { ...decision, reason: 'time' });
      case 'give-up':
        await giveUp(job.name, decision, this.#runner);
        return false;
      case 'miss': {
        const { slotMs, missed } = decision;
        const isOurs = await book.add(job.name, { slotMs, entries: 0 }, { kind: 'missed', atMs: clock.now(), missed });
        if (isOurs) onEvent({ type: 'run.missed', job: job.name, slotMs, missed });
        return false;
      }
    }
  }

  async #begin(job: ReadyJob, claim: Claim): Promise<boolean> {
    const held = await claimRun(job, claim, this.#runner);
    if (held === undefined) return false;
    this.#newest.set(job.name, claim.slotMs);
    const run = runClaimed(job, claim, held, this.#runner)
      .catch((error: unknown) => {
        this.#runner.onEvent({ type: 'schedule.failed', job: job.name, error: runError(error) });
        return undefined;
      })
      .finally(() => {
        this.#running.delete(job.name);
        this.#wake.abort();
      });
    this.#running.set(job.name, run);
    return true;
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
