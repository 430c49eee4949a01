import type { Clock } from '../clock.ts';
import { OperationsError } from '../errors.ts';
import type { RunError, RunOutcome, SlotEntry } from './entry.ts';
import type { SlotBook } from './slot-book.ts';

/** The shortest and the longest lease, in milliseconds. */
export const SHORTEST_LEASE_MS = 1000;
const LONGEST_LEASE_MS = 15 * 60_000;
/** Waits between tries to say how a run ended, in milliseconds. */
const RETRY_MS = [200, 1000, 5000, 15_000, 30_000];

/** What a held run stands on. */
export interface HeldRunOptions {
  readonly book: SlotBook;
  readonly job: string;
  readonly slotMs: number;
  /** Entries of the slot, the claim included. */
  readonly entries: number;
  readonly leaseMs: number;
  /** The id of its owner. */
  readonly token: string;
  readonly clock: Clock;
}

/**
 * A slot that this process has claimed. It is renewed at a third of its lease, which grows with the time it takes: a run of hours
 * is renewed some dozens of times, not thousands. Whoever finds that another has added an entry has lost it, and its signal says so.
 */
export class HeldRun {
  readonly #options: HeldRunOptions;
  readonly #lost = new AbortController();
  readonly #done = new AbortController();
  readonly #renewing: Promise<void>;
  #entries: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: HeldRunOptions) {
    this.#options = options;
    this.#entries = options.entries;
    this.#renewing = this.#renew();
  }

  /** Aborted with `RUN_TAKEN_OVER` when another process has taken the run over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Says how the run ended. @returns `false` when another process has taken it over: what it says counts. */
  async finish(
    end: { outcome: RunOutcome; error: RunError | undefined; details: unknown },
    signal: AbortSignal,
  ): Promise<boolean> {
    return this.#end({ kind: 'finished', ...this.#own(), ...end }, signal);
  }

  /** Gives the run back: whoever looks next may have it at once. */
  async release(signal: AbortSignal): Promise<boolean> {
    return this.#end({ kind: 'released', ...this.#own() }, signal);
  }

  async #end(entry: SlotEntry, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#addInTheEnd(entry, signal);
    } finally {
      this.#done.abort();
      await this.#renewing;
    }
    return !this.#lost.signal.aborted;
  }

  /** Tries until the store takes it: renewing goes on meanwhile, so that nobody takes over a run that has ended. */
  async #addInTheEnd(entry: SlotEntry, signal: AbortSignal): Promise<void> {
    for (let tries = 0; !this.#lost.signal.aborted; tries++) {
      try {
        await this.#add(entry);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        await this.#options.clock.sleep(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 0, signal);
      }
    }
  }

  /** Adds one entry after the other: two of our own must not take each other's number. */
  async #add(entry: SlotEntry): Promise<boolean> {
    const turn = this.#turn.then(async () => this.#addNow(entry));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #addNow(entry: SlotEntry): Promise<boolean> {
    if (this.#lost.signal.aborted || this.#done.signal.aborted) return false;
    const { book, job, slotMs, token } = this.#options;
    while (!(await book.add(job, { slotMs, entries: this.#entries }, entry))) {
      // Somebody has this number: it may be this run itself, whose answer was lost.
      const found = await book.entry(job, slotMs, this.#entries + 1);
      if (found === undefined || !('token' in found) || found.token !== token) {
        this.#lose();
        return false;
      }
      this.#entries++;
      if (found.kind === entry.kind && entry.kind !== 'renewed') return true;
    }
    this.#entries++;
    return true;
  }

  #own(): { readonly atMs: number; readonly token: string } {
    return { atMs: this.#options.clock.now(), token: this.#options.token };
  }

  #lose(): void {
    const { job, slotMs } = this.#options;
    const slot = new Date(slotMs).toISOString();
    const error = new OperationsError(
      'RUN_TAKEN_OVER',
      `Expected to hold the run of ${job} at ${slot}, another process has taken it over`,
      {
        hint: 'This process did not answer for longer than its lease. What it has done meanwhile stays; the other one says how the run ends.',
      },
    );
    this.#lost.abort(error);
  }

  async #renew(): Promise<void> {
    const { clock, leaseMs: first } = this.#options;
    const started = clock.monotonic();
    const ends = AbortSignal.any([this.#done.signal, this.#lost.signal]);
    for (let leaseMs = first; !ends.aborted;) {
      await clock.sleep(leaseMs / 3, ends);
      if (ends.aborted) return;
      const next = Math.max(first, Math.min(LONGEST_LEASE_MS, (clock.monotonic() - started) / 4));
      try {
        await this.#add({ kind: 'renewed', ...this.#own(), leaseMs: Math.floor(next) });
        leaseMs = next;
      } catch {
        // The store does not answer: the next try comes soon enough, or another process takes over.
      }
    }
  }
}
