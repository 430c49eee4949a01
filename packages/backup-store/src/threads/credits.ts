import { monotonic } from '../run/clock.ts';

/**
 * A count of bytes under way between a thread that makes them and one that takes them. The maker runs synchronous
 * code and can't be told by a message to wait, so the count lives in shared memory and the maker sleeps on it.
 */
export class Credits {
  readonly #count: Int32Array;
  readonly #limit: number;
  /** The maker: milliseconds that it has slept. */
  waitedMs = 0;

  constructor(shared: SharedArrayBuffer, limit: number) {
    this.#count = new Int32Array(shared);
    this.#limit = limit;
  }

  /** Memory for a count. */
  static share(): SharedArrayBuffer {
    return new SharedArrayBuffer(4);
  }

  /** The maker: adds `bytes`, and first sleeps while the limit is reached. Blocks the thread. */
  take(bytes: number): void {
    for (;;) {
      const held = Atomics.load(this.#count, 0);
      if (held < this.#limit) break;
      const since = monotonic();
      Atomics.wait(this.#count, 0, held, 1000);
      this.waitedMs += monotonic() - since;
    }
    Atomics.add(this.#count, 0, bytes);
  }

  /** The taker: gives `bytes` back and wakes the maker. */
  give(bytes: number): void {
    Atomics.sub(this.#count, 0, bytes);
    Atomics.notify(this.#count, 0);
  }
}
