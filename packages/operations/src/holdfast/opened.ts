import { OperationsError } from '../errors.ts';

/** Opens something when it is asked for first, and once; a failure is forgotten, so that the next who asks tries again. */
export class Opened<Part> {
  readonly #open: () => Promise<Part>;
  #part: Promise<Part> | undefined;
  #isClosed = false;

  constructor(open: () => Promise<Part>) {
    this.#open = open;
  }

  /** @throws {OperationsError} `CLOSED` */
  async get(): Promise<Part> {
    if (this.#isClosed) throw closedError();
    this.#part ??= this.#open().catch((error: unknown) => {
      this.#part = undefined;
      throw error;
    });
    return this.#part;
  }

  /** Closes what was opened, if anything was; nothing is opened any more. */
  async close(close: (part: Part) => Promise<void>): Promise<void> {
    this.#isClosed = true;
    const part = await this.#part?.catch(() => undefined);
    this.#part = undefined;
    if (part !== undefined) await close(part);
  }
}

/** What is asked for too late. */
export function closedError(): OperationsError {
  return new OperationsError('CLOSED', 'Expected a Holdfast that is open, got one that was closed', {
    hint: 'Make a new one with createHoldfast.',
  });
}
