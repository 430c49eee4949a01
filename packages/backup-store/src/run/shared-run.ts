/**
 * Work of which one run serves all who have asked before it began: many who ask at once get two runs, the one that is under way when they
 * ask, which may have seen too little, and the next.
 */
export class SharedRun {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Waits for a run that has begun after this call. */
  async run(): Promise<void> {
    if (this.#running === undefined) return await this.#start();
    this.#next ??= this.#running.catch(() => undefined).then(async () => await this.#start());
    await this.#next;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = this.#work().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
