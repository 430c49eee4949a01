import { closedError } from './opened.ts';

/** What somebody has asked for and waits for; nothing is closed beneath it. */
export class UnderWay {
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  /** @throws {OperationsError} `CLOSED`; what the work throws. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw closedError();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Begins nothing any more, and waits for what has begun. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
  }
}
