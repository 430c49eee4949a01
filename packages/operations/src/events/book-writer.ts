import type { EventBook, OperationEvent } from './contract.ts';

/** What comes of the events that wait when somebody waits for them. */
export interface FlushedEvents {
  /** Events that the book did not take; they still wait. */
  readonly waiting: number;
  /** Events given up since the hub was made, as too many waited, or the book can never take them. */
  readonly lost: number;
}

const MAX_WAITING = 10_000;

interface BookWriterOptions {
  readonly maxWaiting?: number | undefined;
  readonly onError: (error: unknown) => void;
}

/** Writes events into a book one after the other, while nobody waits for it. */
export class BookWriter {
  readonly #book: EventBook;
  readonly #maxWaiting: number;
  readonly #onError: (error: unknown) => void;
  readonly #waiting: OperationEvent[] = [];
  #lost = 0;
  #writing: Promise<void> | undefined;

  constructor(book: EventBook, { maxWaiting = MAX_WAITING, onError }: BookWriterOptions) {
    this.#book = book;
    this.#maxWaiting = Math.max(1, maxWaiting);
    this.#onError = onError;
  }

  write(event: OperationEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length > this.#maxWaiting) {
      // The first may be on its way into the book.
      this.#waiting.splice(1, 1);
      this.#lost++;
    }
    void this.#begin();
  }

  /** Waits for the book, and tries once more what it did not take. */
  async flush(): Promise<FlushedEvents> {
    await this.#writing;
    if (this.#waiting.length > 0) await this.#begin();
    return { waiting: this.#waiting.length, lost: this.#lost };
  }

  async #begin(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#book.append(next);
      } catch (error) {
        this.#onError(error);
        if (!isRefusal(error)) return;
        this.#lost++;
      }
      this.#waiting.shift();
    }
  }
}

/** Whether a book can't take this very event, too large a one for example: the others are not to wait behind it for ever. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'INVALID_OPTION' || code === 'INVALID_EVENT';
}
