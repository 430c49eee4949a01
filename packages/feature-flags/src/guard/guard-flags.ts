import { type Clock, systemClock } from '../clock.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { soundPart } from '../definition/sound.ts';
import { FlagError, shown } from '../errors.ts';
import { askMetrics, type MetricSource } from './ask-metrics.ts';
import { MetricMemory } from './metric-memory.ts';
import { neededMetrics } from './needed-metrics.ts';
import { type GuardDecision, MAX_AGE_MS, planGuards } from './plan-guards.ts';
import type { GuardedStore } from './store.ts';

/** Options of {@link guardFlags}. */
export interface GuardFlagsOptions {
  /** Flags that can be changed. */
  readonly store: GuardedStore;
  /** Says what a metric is, such as {@link prometheusMetrics}. Each is asked for once in a round for each flag that needs it. */
  readonly metric: MetricSource;
  /** Milliseconds between rounds, at most half of `maxAgeMs`. Default: 30 seconds. */
  readonly everyMs?: number | undefined;
  /** A metric that takes longer is unknown in this round. Default: 10 seconds. */
  readonly timeoutMs?: number | undefined;
  /** What was read longer ago says nothing. Default: 5 minutes. */
  readonly maxAgeMs?: number | undefined;
  /** Who changes the flags, for their history. Default: `guard`. */
  readonly by?: string | undefined;
  /** Milliseconds since 1970. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Ends the guard. */
  readonly signal?: AbortSignal | undefined;
  /** Is told each decision of each round, after what it writes was written. */
  readonly onDecision?: ((decision: GuardDecision) => void) | undefined;
  /** Is told why a round failed that nobody waits for. The next one is tried as if nothing had happened. */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
}

/** Looks after ramps with guards. */
export interface FlagGuard extends AsyncDisposable {
  /** One round: reads the flags, asks for their metrics, decides and writes. Joins a round that is under way. Does nothing after the end. */
  check(): Promise<readonly GuardDecision[]>;
  /** Begins with rounds, now and then again and again, never two at a time. They do not keep the process alive. */
  start(): void;
  /** Why the last round failed; `undefined` after a good one. */
  readonly problem: unknown;
}

/**
 * Looks after ramps with guards: enters a step when its conditions hold, and goes back to the one before when one is broken. What it finds is written into
 * the flags, so everybody who reads them has the same percentage, and goes on having it when this ends. Several may run at the same time.
 *
 * @throws {FlagError} `INVALID_OPTION`. `check()` rejects with what the store fails with; a metric that fails is a decision with a reason.
 * @example
 * ```ts
 * import { type GuardedStore, guardFlags, prometheusMetrics } from '@x/feature-flags/guard';
 *
 * export async function guardThem(store: GuardedStore): Promise<void> {
 *   const queries = { error_rate: '100 * sum(rate(errors{flag="$flag"}[5m])) / sum(rate(requests{flag="$flag"}[5m]))' };
 *   await using guard = guardFlags({ store, metric: prometheusMetrics({ url: 'http://localhost:9090', queries }) });
 *   for (const { flag, percentage, action } of await guard.check()) console.log(flag, percentage, action);
 * }
 * ```
 */
export function guardFlags(options: GuardFlagsOptions): FlagGuard {
  return new Guard(options);
}

class Guard implements FlagGuard {
  readonly #options: GuardFlagsOptions;
  readonly #everyMs: number;
  readonly #timeoutMs: number;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;
  readonly #memory = new MetricMemory();
  readonly #end = new AbortController();
  readonly #stop = (): void => this.#close();
  #definitions: FlagDefinitions = { flags: {} };
  #version: string | undefined;
  #round: Promise<readonly GuardDecision[]> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStarted = false;
  problem: unknown;

  constructor(options: GuardFlagsOptions) {
    this.#options = options;
    this.#maxAgeMs = demandMs('maxAgeMs', options.maxAgeMs ?? MAX_AGE_MS);
    this.#everyMs = demandMs('everyMs', options.everyMs ?? Math.min(30_000, Math.floor(this.#maxAgeMs / 2)));
    this.#timeoutMs = demandMs('timeoutMs', options.timeoutMs ?? 10_000);
    this.#clock = options.clock ?? systemClock;
    // Otherwise one slow round would be a gap, and no condition would ever hold for some time.
    if (this.#everyMs * 2 > this.#maxAgeMs)
      throw invalidOption('everyMs', `at most half of maxAgeMs, ${this.#maxAgeMs}`, this.#everyMs);
    if (options.signal?.aborted === true) this.#close();
    else options.signal?.addEventListener('abort', this.#stop, { once: true });
  }

  check(): Promise<readonly GuardDecision[]> {
    if (this.#end.signal.aborted) return Promise.resolve([]);
    this.#round ??= this.#run().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  start(): void {
    if (this.#isStarted || this.#end.signal.aborted) return;
    this.#isStarted = true;
    void this.#again();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.#round?.catch(() => undefined);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#stop);
    this.#end.abort();
  }

  /** One round and, some time after its end, the next. Never rejects. */
  async #again(): Promise<void> {
    try {
      await this.check();
    } catch (problem) {
      this.#report(problem);
    }
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#again(), this.#everyMs);
    this.#timer.unref();
  }

  #report(problem: unknown): void {
    try {
      this.#options.onProblem?.(problem);
    } catch {
      // Whoever is told of problems may not become one: `problem` has it still.
    }
  }

  async #run(): Promise<readonly GuardDecision[]> {
    try {
      const decisions = await this.#decide();
      this.problem = undefined;
      return decisions;
    } catch (problem) {
      this.problem = problem;
      throw problem;
    }
  }

  async #decide(): Promise<readonly GuardDecision[]> {
    const definitions = await this.#load();
    const askedMs = this.#clock();
    const { signal } = this.#end;
    const needed = neededMetrics(definitions, askedMs);
    const about = { source: this.#options.metric, askedMs, timeoutMs: this.#timeoutMs, signal };
    const answers = await askMetrics(needed, about);
    const nowMs = this.#clock();
    this.#memory.add(answers, { nowMs, maxAgeMs: this.#maxAgeMs });
    const plan = (flags: FlagDefinitions): readonly GuardDecision[] =>
      planGuards(flags, this.#memory.readings, { nowMs, maxAgeMs: this.#maxAgeMs });
    return this.#apply(plan(definitions), plan);
  }

  async #load(): Promise<FlagDefinitions> {
    const found = await this.#options.store.load(this.#version);
    if (found !== undefined) {
      // A flag with a mistake is left alone.
      this.#definitions = soundPart(found.definitions).definitions;
      this.#version = found.version;
    }
    return this.#definitions;
  }

  /** Steps back first. A flag that can't be written does not keep the others from it. */
  async #apply(
    decisions: readonly GuardDecision[],
    plan: (flags: FlagDefinitions) => readonly GuardDecision[],
  ): Promise<readonly GuardDecision[]> {
    const problems: unknown[] = [];
    const done: GuardDecision[] = [];
    for (const decision of decisions.toSorted((a, b) => urgency(a) - urgency(b))) {
      if (this.#end.signal.aborted) break;
      try {
        const made = decision.edit === undefined ? decision : await this.#write(decision, plan);
        done.push(made);
        this.#options.onDecision?.(made);
      } catch (problem) {
        problems.push(problem);
      }
    }
    if (problems.length > 0) throw problems[0];
    return done;
  }

  /** Decides once more on the flags as they are when they are written, and writes nothing that was not decided before. Says what came of it. */
  async #write(
    decision: GuardDecision,
    plan: (flags: FlagDefinitions) => readonly GuardDecision[],
  ): Promise<GuardDecision> {
    const { flag, step, percentage, action } = decision;
    let made: GuardDecision | undefined;
    await this.#options.store.change(
      (newest) => {
        made = plan(newest).find((each) => each.flag === flag && each.step === step && each.action === action);
        return made?.edit === undefined ? [] : [made.edit];
      },
      { by: this.#options.by ?? 'guard', why: whyOf(decision) },
    );
    const reasons = [{ message: 'somebody else has changed the flag meanwhile' }];
    return made ?? { flag, step, percentage, action: action === 'enter' ? 'wait' : 'hold', reasons };
  }
}

function urgency({ action }: GuardDecision): number {
  return action === 'stepBack' ? 0 : 1;
}

const LONGEST_WHY = 1000;

function whyOf({ flag, percentage, action, reasons }: GuardDecision): string {
  const what = action === 'enter' ? `goes on to ${percentage} %` : `goes back from ${percentage} %`;
  return `${flag} ${what}: ${reasons.map(({ message }) => message).join('; ')}`.slice(0, LONGEST_WHY);
}

const MOST_MS = 2 ** 31 - 1;

function demandMs(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= MOST_MS) return value;
  throw invalidOption(name, `whole milliseconds from 1 to ${MOST_MS}`, value);
}

function invalidOption(name: string, expected: string, found: unknown): FlagError {
  return new FlagError('INVALID_OPTION', `Expected "${name}" to be ${expected}, got ${shown(found)}`);
}
