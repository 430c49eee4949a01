import { type Check, type CheckResult, runChecks } from '@x/versioning/deploy';
import type { Clock } from '../clock.ts';
import { jitterOf } from '../timing/jitter.ts';
import type { CheckHealth } from './contract.ts';
import { type Damping, nextStanding, type NextStanding, type Standing } from './standing.ts';
import { stateOf } from './state.ts';

/** A check with everything that is to be known of when it looks. */
export interface ReadyCheck extends Damping {
  readonly check: Check;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly jitterMs: number;
}

/** Is told each look. */
export type LookListener = (result: CheckResult, next: NextStanding) => Promise<void>;

/** The shortest pause between two looks, in milliseconds: a check that takes longer than its interval leaves the machine some rest. */
const REST_MS = 250;

/** One check that looks again and again, whatever the others do. */
export class CheckLane {
  readonly ready: ReadyCheck;
  readonly #clock: Clock;
  readonly #onLook: LookListener;
  #standing: Standing | undefined;
  #last: { readonly result: CheckResult; readonly atMs: number; readonly steadyMs: number } | undefined;

  constructor(ready: ReadyCheck, clock: Clock, onLook: LookListener) {
    this.ready = ready;
    this.#clock = clock;
    this.#onLook = onLook;
  }

  /** Goes on from where somebody else, or this one before, has been. */
  goOn(standing: Standing | undefined): void {
    this.#standing ??= standing;
  }

  /** Looks once. What was stopped does not count. */
  async look(signal: AbortSignal): Promise<void> {
    const { check, timeoutMs } = this.ready;
    const { results } = await runChecks([check], { signal }, { timeoutMs });
    const [result] = results;
    if (result === undefined || signal.aborted) return;
    const atMs = this.#clock.now();
    const look = { state: stateOf(result.outcome), atMs, reachMs: this.#reachMs() };
    const next = nextStanding(this.#standing, look, this.ready);
    this.#standing = next.standing;
    this.#last = { result, atMs, steadyMs: this.#clock.monotonic() };
    await this.#onLook(result, next);
  }

  /** Looks until it is told to stop. */
  async run(stop: AbortSignal): Promise<void> {
    const { check, everyMs, jitterMs } = this.ready;
    for (let turn = 1; !stop.aborted; turn++) {
      const begun = this.#clock.monotonic();
      await this.look(stop);
      const pauseMs = everyMs + jitterOf(check.name, turn, jitterMs) - jitterMs / 2;
      await this.#clock.sleep(Math.max(REST_MS, begun + pauseMs - this.#clock.monotonic()), stop);
    }
  }

  /** What was seen last; `undefined` before the first look. */
  health(): CheckHealth | undefined {
    if (this.#last === undefined || this.#standing === undefined) return undefined;
    const { result, atMs } = this.#last;
    const { name, kind, outcome, found, limit, hint, ms } = result;
    return {
      name,
      kind,
      state: this.#standing.state,
      latest: stateOf(outcome),
      since: new Date(this.#standing.sinceMs).toISOString(),
      lookedAt: new Date(atMs).toISOString(),
      durationMs: ms,
      message: found,
      ...(limit === undefined ? {} : { limit }),
      ...(hint === undefined ? {} : { hint }),
    };
  }

  /** Whether the last look is not longer ago than two should take, counted from a moment of the steady clock when there was none. */
  isOnTime(startedMs: number): boolean {
    return this.#clock.monotonic() - (this.#last?.steadyMs ?? startedMs) <= this.#reachMs();
  }

  /** How much time a look may speak for, in milliseconds. */
  #reachMs(): number {
    const { everyMs, timeoutMs, jitterMs } = this.ready;
    return 2 * everyMs + timeoutMs + jitterMs;
  }
}
