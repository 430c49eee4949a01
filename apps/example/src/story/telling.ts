/** A claim of the story did not hold. */
export class ClaimFailed extends Error {
  constructor(claim: string) {
    super(`Expected to see: ${claim}`);
    this.name = 'ClaimFailed';
  }
}

/** Tells what happens, with the seconds since it began, and checks what it claims. */
export class Telling {
  readonly #began = performance.now();
  readonly #write: (line: string) => void;
  #claims = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Claims that held. */
  get claims(): number {
    return this.#claims;
  }

  chapter(title: string): void {
    this.#write(`\n${title}`);
  }

  say(text: string): void {
    const seconds = (performance.now() - this.#began) / 1000;
    this.#write(`${seconds.toFixed(2).padStart(7)} s  ${text}`);
  }

  /** @throws {ClaimFailed} where it does not hold: what comes after would be told of something that is not so. */
  check(claim: string, holds: boolean): void {
    if (!holds) throw new ClaimFailed(claim);
    this.#claims += 1;
    this.say(`ok: ${claim}`);
  }

  /** Checks that something can't be done, and for this reason. */
  async checkFails(claim: string, code: string, work: () => Promise<unknown>): Promise<void> {
    let got: unknown = 'no error';
    try {
      await work();
    } catch (error) {
      got = (error as { code?: unknown }).code ?? error;
    }
    this.check(`${claim} (${code})`, got === code);
  }
}
