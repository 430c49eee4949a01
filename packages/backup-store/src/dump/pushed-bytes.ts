import { ByteReader } from './byte-reader.ts';
import type { StreamCheck } from './stream-check.ts';

/** Ends a sequence: no more comes. */
const END: IteratorResult<Buffer> = { done: true, value: undefined };

/** Pieces that one side pushes and the other pulls, one at a time. */
class PushedBytes implements AsyncIterableIterator<Buffer> {
  #ask: ((result: IteratorResult<Buffer>) => void) | undefined;
  #wake: (() => void) | undefined;
  #isDone = false;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer>> {
    if (this.#isDone) return Promise.resolve(END);
    return new Promise((resolve) => {
      this.#ask = resolve;
      this.#wake?.();
    });
  }

  /** Nobody pulls any more, or nothing more comes. */
  close(): void {
    this.#isDone = true;
    this.#ask?.(END);
    this.#wake?.();
  }

  /** Waits until the piece is asked for, and hands it over. */
  async push(piece: Buffer): Promise<void> {
    while (!this.#isDone && this.#ask === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const ask = this.#ask;
    this.#ask = undefined;
    if (!this.#isDone) ask?.({ done: false, value: piece });
  }
}

/** Makes a check that pulls bytes one that they are pushed to. What it has not taken in yet is copied, a piece at a time. */
export function pushed(check: (reader: ByteReader) => Promise<string>): StreamCheck {
  const bytes = new PushedBytes();
  const found = check(new ByteReader(bytes, 'the dump')).finally(() => bytes.close());
  // Looked at in the end.
  found.catch(() => undefined);
  return {
    push: async (piece) => await bytes.push(Buffer.from(piece)),
    async end() {
      bytes.close();
      return await found;
    },
  };
}
