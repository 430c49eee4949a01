import { hostname } from 'node:os';
import { memoryStore } from '@x/storage';
import type { CheckResult } from '@x/versioning/deploy';
import { type Clock, systemClock } from '../clock.ts';
import type { OperationEvent } from '../events/contract.ts';
import { type HealthBook, healthBook } from './book.ts';
import { CheckLane } from './check-lane.ts';
import type {
  CheckUptime,
  Health,
  HealthChange,
  HealthHistoryOptions,
  HealthOptions,
  HealthReport,
} from './contract.ts';
import { DAY_MS } from './day-pages.ts';
import { changeEvent, unrecordedEvent } from './events.ts';
import { changesOf, uptimesOf } from './look-back.ts';
import { readyChecks, wholeFrom } from './ready-checks.ts';
import { Recorder } from './recorder.ts';
import type { NextStanding } from './standing.ts';
import { worstState } from './state.ts';

const MARK_MS = 300_000;
const KEEP_MS = 92 * DAY_MS;

/**
 * Makes what looks after the health of everything: checks, once or all the time, with flap damping, and a history that outlives the process. Nothing happens before
 * `check()` or `start()`.
 *
 * @throws {OperationsError} `INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { createHealth } from '@x/operations/health';
 * import { fsStore } from '@x/storage';
 * import { diskCheck, tcpCheck } from '@x/versioning/deploy';
 *
 * const health = createHealth({
 *   checks: [diskCheck({ path: '/srv' }), { check: tcpCheck({ port: 5432 }), everyMs: 10_000 }],
 *   store: fsStore('/var/lib/shop/health'),
 *   onEvent: (event) => console.log(JSON.stringify(event)),
 * });
 * health.start();
 * process.once('SIGTERM', () => void health.stop());
 * ```
 */
export function createHealth(options: HealthOptions): Health {
  return new StoredHealth(options);
}

class StoredHealth implements Health {
  readonly #lanes: readonly CheckLane[];
  readonly #book: HealthBook;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #by: string;
  readonly #onEvent: (event: OperationEvent) => void;
  readonly #stopping = new AbortController();
  #opened: Promise<void> | undefined;
  #running: { readonly startedMs: number; readonly end: Promise<void> } | undefined;

  constructor(options: HealthOptions) {
    const { store = memoryStore(), clock = systemClock, by = hostname(), onEvent = () => undefined } = options;
    this.#clock = clock;
    this.#by = by;
    this.#onEvent = onEvent;
    this.#book = healthBook(store);
    this.#recorder = new Recorder({
      book: this.#book,
      clock,
      markMs: wholeFrom('markMs', options.markMs ?? MARK_MS, 0),
      keepMs: wholeFrom('keepMs', options.keepMs ?? KEEP_MS, DAY_MS),
      onFailure: (error) => this.#tell(unrecordedEvent(error, clock.now(), by)),
    });
    this.#lanes = readyChecks(options).map(
      (ready) => new CheckLane(ready, clock, async (result, next) => this.#seen(result, next)),
    );
  }

  async check(signal: AbortSignal = this.#stopping.signal): Promise<HealthReport> {
    await this.#open();
    await Promise.all(this.#lanes.map(async (lane) => lane.look(signal)));
    signal.throwIfAborted();
    await this.#recorder.flush().catch(() => undefined);
    return this.report();
  }

  start(): void {
    this.#running ??= { startedMs: this.#clock.monotonic(), end: this.#run() };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.end;
    await this.#recorder.flush().catch(() => undefined);
  }

  report(): HealthReport {
    const all = this.#lanes.map((lane) => ({ lane, health: lane.health() }));
    const checks = all.flatMap(({ health }) => health ?? []);
    return {
      state: worstState(checks.map(({ state }) => state)),
      latest: worstState(checks.map(({ latest }) => latest)),
      at: new Date(this.#clock.now()).toISOString(),
      checks,
      pending: all.flatMap(({ lane, health }) => (health === undefined ? [lane.ready.check.name] : [])),
    };
  }

  isAlive(): boolean {
    const running = this.#running;
    if (running === undefined || this.#stopping.signal.aborted) return false;
    return this.#lanes.every((lane) => lane.isOnTime(running.startedMs));
  }

  async history(options: HealthHistoryOptions = {}): Promise<HealthChange[]> {
    await this.#recorder.flush();
    const { fromMs = 0, toMs = Infinity } = options;
    return changesOf(await this.#book.pages(fromMs), { ...options, fromMs, toMs });
  }

  async uptime(): Promise<CheckUptime[]> {
    await this.#recorder.flush();
    const nowMs = this.#clock.now();
    return uptimesOf(await this.#book.pages(nowMs - 90 * DAY_MS), nowMs);
  }

  async #run(): Promise<void> {
    await this.#open();
    await Promise.all(this.#lanes.map(async (lane) => lane.run(this.#stopping.signal)));
  }

  /** Goes on from where checks stood. A store that does not answer keeps nobody from looking. */
  async #open(): Promise<void> {
    this.#opened ??= this.#book.standings().then(
      (standings) => {
        for (const lane of this.#lanes) lane.goOn(standings.get(lane.ready.check.name));
      },
      (error: unknown) => this.#tell(unrecordedEvent(error, this.#clock.now(), this.#by)),
    );
    await this.#opened;
  }

  async #seen(result: CheckResult, next: NextStanding): Promise<void> {
    const { name, kind, found } = result;
    const { change } = next;
    const by = this.#by;
    const event = change === undefined ? undefined : changeEvent(result, change, by);
    if (event !== undefined) this.#tell(event);
    await this.#recorder.add({
      name,
      kind,
      next,
      change: change === undefined ? undefined : { ...change, message: found, by },
    });
  }

  /** Whoever listens does not stop the looks. */
  #tell(event: OperationEvent): void {
    try {
      this.#onEvent(event);
    } catch {
      // Their trouble.
    }
  }
}
