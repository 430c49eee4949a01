/** Opens something when it is asked for first, and once; a failure is forgotten, so that the next who asks tries again. */
export class Opened<Part> {
  readonly #open: () => Promise<Part>;
  #part: Promise<Part> | undefined;

  constructor(open: () => Promise<Part>) {
    this.#open = open;
  }

  async get(): Promise<Part> {
    this.#part ??= this.#open().catch((error: unknown) => {
      this.#part = undefined;
      throw error;
    });
    return this.#part;
  }

  /** Closes what was opened, if anything was. */
  async close(close: (part: Part) => Promise<void>): Promise<void> {
    const part = await this.#part?.catch(() => undefined);
    this.#part = undefined;
    if (part !== undefined) await close(part);
  }
}
