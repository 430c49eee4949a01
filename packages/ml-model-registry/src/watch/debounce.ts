/** Waits until each name was left alone for a while. */
export class Debounce {
  readonly #ms: number;
  readonly #settled: (name: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #idle: (() => void)[] = [];

  constructor(ms: number, settled: (name: string) => void) {
    this.#ms = ms;
    this.#settled = settled;
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** Begins the wait for a name, anew if it has begun. */
  touch(name: string): void {
    clearTimeout(this.#timers.get(name));
    const timer = setTimeout(() => {
      this.#settled(name);
      this.drop(name);
    }, this.#ms);
    this.#timers.set(name, timer);
  }

  drop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    if (this.#timers.size > 0) return;
    for (const done of this.#idle) done();
    this.#idle = [];
  }

  /** Until no name waits. */
  async idle(): Promise<void> {
    if (this.#timers.size === 0) return;
    await new Promise<void>((done) => this.#idle.push(done));
  }

  close(): void {
    for (const name of this.#timers.keys()) this.drop(name);
  }
}
