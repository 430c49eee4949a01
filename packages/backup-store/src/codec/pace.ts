/** How long the share of waiting is measured before it counts, in milliseconds. */
const WINDOW_MS = 250;
/** A thread that waits for the destination longer than this share of its time can compress better instead. */
const IDLE_SHARE = 0.5;
/** One that waits less than this has to be quicker. */
const BUSY_SHARE = 0.1;
const MOST_EFFORT = 2;

/** What {@link Pace} looks at. */
export interface PaceOptions {
  /** Milliseconds from any moment on. */
  readonly now: () => number;
  /** Milliseconds that this thread has waited for the destination so far. */
  readonly waitedMs: () => number;
}

/** How much time compressing may take: as much as the destination leaves. Where that is not what is slow, none beyond the usual. */
export class Pace {
  readonly #options: PaceOptions;
  #since: number;
  #waited: number;
  #effort = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#since = options.now();
    this.#waited = options.waitedMs();
  }

  /** 0 (usual) to 2. Goes up or down by one at a time. */
  effort(): number {
    const now = this.#options.now();
    if (now - this.#since < WINDOW_MS) return this.#effort;
    const waited = this.#options.waitedMs();
    const share = (waited - this.#waited) / (now - this.#since);
    if (share > IDLE_SHARE) this.#effort = Math.min(MOST_EFFORT, this.#effort + 1);
    else if (share < BUSY_SHARE) this.#effort = Math.max(0, this.#effort - 1);
    this.#since = now;
    this.#waited = waited;
    return this.#effort;
  }
}
