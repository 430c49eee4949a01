import type { Clock } from '../clock.ts';
import type { Changes } from './contract.ts';

/** How many paths are named. */
const MAX_PATHS = 1000;
/** How long it takes at least until what was not dealt with is tried again, in milliseconds. */
const RETRY_MS = 5000;

interface CalmOptions {
  readonly debounceMs: number;
  readonly maxWaitMs: number;
  readonly clock: Clock;
  readonly onCalm: (changes: Changes) => Promise<boolean | void> | boolean | void;
  readonly onError: (error: unknown) => void;
}

/** Gathers changes until they have come to rest, or go on for too long; deals with them one call at a time, and again until they were dealt with. */
export class Calm {
  readonly #options: CalmOptions;
  readonly #closed = new AbortController();
  #paths = new Set<string>();
  #count = 0;
  #firstMs = 0;
  #lastMs = 0;
  /** Not before this moment, as it was tried in vain. */
  #againMs = 0;
  #retryMs = 0;
  #loop: Promise<void> | undefined;

  constructor(options: CalmOptions) {
    this.#options = options;
  }

  touch(path: string): void {
    if (this.#closed.signal.aborted) return;
    const nowMs = this.#options.clock.monotonic();
    if (this.#count === 0) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
    this.#count++;
    if (this.#paths.size < MAX_PATHS) this.#paths.add(path);
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
    });
  }

  /** Until all was dealt with. */
  async idle(): Promise<void> {
    while (this.#loop !== undefined) await this.#loop;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closed;
    while (this.#count > 0 && !signal.aborted) {
      const waitMs = this.#dueMs() - clock.monotonic();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      else await this.#dealWith();
    }
  }

  async #dealWith(): Promise<void> {
    const { clock, debounceMs, maxWaitMs, onCalm, onError } = this.#options;
    const taken = { paths: [...this.#paths], count: this.#count };
    [this.#paths, this.#count] = [new Set(), 0];
    try {
      if ((await onCalm(taken)) !== false) {
        this.#retryMs = 0;
        return;
      }
    } catch (error) {
      if (!this.#closed.signal.aborted) onError(error);
    }
    if (this.#count === 0) this.#firstMs = clock.monotonic();
    this.#count += taken.count;
    this.#paths = new Set([...taken.paths, ...this.#paths].slice(0, MAX_PATHS));
    this.#retryMs = Math.min(Math.max(this.#retryMs * 2, debounceMs, RETRY_MS), Math.max(maxWaitMs, RETRY_MS));
    this.#againMs = clock.monotonic() + this.#retryMs;
  }

  #dueMs(): number {
    const { debounceMs, maxWaitMs } = this.#options;
    const restMs = Math.min(this.#lastMs + debounceMs, this.#firstMs + maxWaitMs);
    return this.#retryMs > 0 ? Math.max(restMs, this.#againMs) : restMs;
  }
}
