/**
 * Pieces pushed by one side, pulled as an `AsyncIterable` by the other. `release` is called with a piece
 * when the puller comes back for the next: then the store is done with it, and its memory may be used again.
 */
export class PieceStream implements AsyncIterable<Uint8Array> {
  readonly #pieces: Uint8Array[] = [];
  readonly #release: (piece: Uint8Array) => void;
  #ended = false;
  #dropped = false;
  #wake: (() => void) | undefined;

  constructor(release: (piece: Uint8Array) => void) {
    this.#release = release;
  }

  push(piece: Uint8Array): void {
    // Nobody will pull any more: the maker must not wait for it.
    if (this.#dropped) this.#release(piece);
    else this.#pieces.push(piece);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          yield piece;
          this.#release(piece);
        } else if (this.#ended) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = undefined;
        }
      }
    } finally {
      this.#dropped = true;
      for (const piece of this.#pieces.splice(0)) this.#release(piece);
    }
  }
}
