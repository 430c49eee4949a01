import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import { OperationsError, shown } from '../errors.ts';
import type { RunReason } from '../slots/entry.ts';
import { SHORTEST_LEASE_MS } from '../slots/held-run.ts';
import { ownProcess } from '../slots/process-proof.ts';
import { slotBook } from '../slots/slot-book.ts';
import { KEEP_MS } from './clean.ts';
import type { Look, Scheduler, SchedulerOptions, StartedRun, StopOptions, WatchedRun } from './contract.ts';
import { readyJobs } from './job.ts';
import { JobLane } from './job-lane.ts';
import type { RunEnd } from './job-runner.ts';
import { type JobLook, JobTurnsView } from './job-turns.ts';

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
  readonly #lanes: ReadonlyMap<string, JobLane>;
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #stopping = new AbortController();
  readonly #abortRuns = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    const { store, jobs, instance, clock = systemClock, onEvent = () => undefined } = options;
    this.#clock = clock;
    this.#concurrency = atLeast('concurrency', options.concurrency ?? 2, 1);
    const keepMs = atLeast('keepMs', options.keepMs ?? KEEP_MS, 1);
    const owner = { id: randomUUID(), instance, ...ownProcess() };
    const leaseMs = atLeast('leaseMs', options.leaseMs ?? LEASE_MS, SHORTEST_LEASE_MS);
    const [stopping, stop] = [this.#stopping.signal, this.#abortRuns.signal];
    const runner = { book: slotBook(store), clock, owner, leaseMs, onEvent, stopping, stop };
    const view = new JobTurnsView(runner);
    const parts = { store, runner, view, keepMs, onEnd: () => this.#wake.abort() };
    this.#lanes = new Map([...readyJobs(jobs)].map(([name, job]) => [name, new JobLane(job, parts)]));
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
    const due: { readonly lane: JobLane; readonly look: JobLook; readonly dueMs: number }[] = [];
    const watched: WatchedRun[] = [];
    const started: StartedRun[] = [];
    let nextMs: number | undefined;
    for (const lane of this.#lanes.values()) {
      // One that runs here, or for which there is no room, is looked at when one has ended.
      if (lane.running !== undefined || !this.#hasRoom()) continue;
      const look = await lane.look();
      if (look === undefined) continue;
      const { decision } = look;
      if (decision.kind === 'watch') {
        const { slotMs, entries, leaseMs } = decision;
        watched.push({ job: lane.job.name, slotMs, entries, leaseMs });
      } else if (decision.kind !== 'wait') due.push({ lane, look, dueMs: decision.dueMs });
      else if (decision.untilMs !== undefined) nextMs = Math.min(nextMs ?? decision.untilMs, decision.untilMs);
    }
    // Whoever waits longest begins first: else jobs that take longer than their interval would leave no room to others.
    for (const { lane, look } of due.toSorted((a, b) => a.dueMs - b.dueMs)) {
      if (this.#stopping.signal.aborted || !this.#hasRoom()) break;
      const slotMs = await lane.goOn(look);
      if (slotMs !== undefined) started.push({ job: lane.job.name, slotMs });
    }
    return { started, watched, nextMs };
  }

  async idle(): Promise<void> {
    for (let running = this.#running(); running.length > 0; running = this.#running()) await Promise.all(running);
  }

  async runNow(name: string, reason: Exclude<RunReason, 'time'> = 'manual'): Promise<RunEnd | undefined> {
    this.#refuseStopped();
    const lane = this.#lanes.get(name);
    if (lane !== undefined) return lane.run(reason);
    const known = [...this.#lanes.keys()].join(', ') || 'none';
    throw new OperationsError('UNKNOWN_JOB', `Expected one of the jobs (${known}), got ${shown(name)}`);
  }

  async stop({ graceMs = 0 }: StopOptions = {}): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await Promise.all([...this.#lanes.values()].map(async (lane) => lane.settled()));
    const idle = new AbortController();
    const ended = this.idle().then(() => idle.abort());
    if (graceMs > 0) await this.#clock.sleep(graceMs, idle.signal);
    this.#abortRuns.abort(new OperationsError('SCHEDULER_STOPPED', 'Expected to run on, the scheduler was stopped'));
    await ended;
  }

  #running(): readonly Promise<unknown>[] {
    return [...this.#lanes.values()].flatMap(({ running }) => (running === undefined ? [] : [running]));
  }

  #hasRoom(): boolean {
    return this.#running().length < this.#concurrency;
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
