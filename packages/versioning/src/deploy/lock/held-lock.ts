import { randomUUID } from 'node:crypto';
import { VersioningError } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import type { LockBook } from './lock-book.ts';
import type { DeployLockOwner, LockTakeover } from './lock-owner.ts';

interface Holding {
  /** The number of our entry. */
  readonly n: number;
  readonly token: string;
  readonly owner: DeployLockOwner;
  readonly takeover: LockTakeover | undefined;
  readonly leaseMs: number;
  readonly clock: Clock;
}

/** A lock that is held, and renewed until it is released. */
export class HeldLock implements AsyncDisposable {
  readonly owner: DeployLockOwner;
  readonly takeover: LockTakeover | undefined;
  readonly #book: LockBook;
  readonly #holding: Holding;
  readonly #lost = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<void> | undefined;
  #renewedMs = 0;

  private constructor(book: LockBook, holding: Holding) {
    this.#book = book;
    this.#holding = holding;
    this.owner = holding.owner;
    this.takeover = holding.takeover;
  }

  static async hold(book: LockBook, holding: Holding): Promise<HeldLock> {
    const lock = new HeldLock(book, holding);
    lock.#renewedMs = holding.clock();
    await lock.#renew();
    const renew = (): void => {
      // One that takes longer than its turn is not joined by a second one.
      lock.#renewal ??= lock.#renew().finally(() => (lock.#renewal = undefined));
    };
    lock.#timer = setInterval(renew, lock.#turnMs);
    // It keeps no process alive that has nothing else to do.
    lock.#timer.unref();
    return lock;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async demand(): Promise<void> {
    this.#lost.signal.throwIfAborted();
    const { n } = await this.#book.latest();
    if (n === this.#holding.n) return;
    this.#lose();
    this.#lost.signal.throwIfAborted();
  }

  async release(): Promise<void> {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#renewal;
    // What was done under it stands, or has a failure of its own to tell of: that a full disk keeps the lock is no other one.
    await this.#giveBack().catch(() => this.#giveBackLater());
  }

  async #giveBack(): Promise<void> {
    // When somebody has taken it, the number is taken, too.
    await this.#book.write(this.#holding.n + 1, { kind: 'released', token: this.#holding.token });
  }

  /** Until this process ends, and anybody may take it, others would wait for it. */
  #giveBackLater(): void {
    const again = (): void =>
      void this.#giveBack().then(
        () => clearInterval(timer),
        () => undefined,
      );
    const timer = setInterval(again, this.#turnMs);
    timer.unref();
  }

  get #turnMs(): number {
    return Math.max(1, Math.floor(this.#holding.leaseMs / 3));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #renew(): Promise<void> {
    try {
      const { n } = await this.#book.latest();
      if (n === this.#holding.n) await this.#beat();
      else this.#lose();
    } catch (cause) {
      // A disk that is full for a moment is no reason to stop; others wait for the lease, too.
      if (this.#holding.clock() - this.#renewedMs > this.#holding.leaseMs) this.#lose(cause);
    }
  }

  async #beat(): Promise<void> {
    const { token, leaseMs, clock } = this.#holding;
    const now = clock();
    await this.#book.beat({ token, beat: randomUUID(), until: new Date(now + leaseMs).toISOString() });
    this.#renewedMs = now;
  }

  #lose(cause?: unknown): void {
    if (this.#lost.signal.aborted) return;
    clearInterval(this.#timer);
    const got = cause === undefined ? 'another owner' : 'a lock that can not be renewed';
    this.#lost.abort(
      new VersioningError('DEPLOY_LOCK_LOST', `Expected to have the lock of the deployment, got ${got}`, {
        cause,
        hint: 'Somebody has forced it, or its folder can not be written. Look at `holdfast deploy status` before going on.',
      }),
    );
  }
}
