import type { Cuts } from '../chunker/cuts.ts';

/** Bytes that are gathered before they are cut. */
const GROUP_BYTES = 8 * 1024 * 1024;

/** Chunks that stand one behind the other in memory that can be given to another thread. */
export interface ChunkGroup {
  readonly memory: ArrayBuffer;
  readonly lengths: readonly number[];
}

/**
 * Cuts a stream of unknown length into chunks, whatever the lengths of the pieces it comes in. With cuts by content, they are
 * those that a file of the same content would have.
 */
export class StreamCutter {
  readonly #cuts: Cuts;
  readonly #memory: () => ArrayBuffer;
  #window: Buffer | undefined;
  #filled = 0;

  /** @param memory Gives {@link groupBytes} to write to: fresh, or of a group that is done with. */
  constructor(cuts: Cuts, memory: () => ArrayBuffer) {
    this.#cuts = cuts;
    this.#memory = memory;
  }

  /** Takes a piece, which is copied. Gives groups that are full. */
  *add(piece: Uint8Array): Generator<ChunkGroup, void, undefined> {
    for (let at = 0; at < piece.length;) {
      const window = (this.#window ??= Buffer.from(this.#memory()));
      const part = piece.subarray(at, at + window.length - this.#filled);
      window.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === window.length) yield this.#group(window, false);
    }
  }

  /** Gives what is left. */
  *end(): Generator<ChunkGroup, void, undefined> {
    if (this.#window !== undefined && this.#filled > 0) yield this.#group(this.#window, true);
  }

  #group(window: Buffer, isEnd: boolean): ChunkGroup {
    const end = this.#filled;
    const lengths: number[] = [];
    let start = 0;
    // A cut is found only where a whole chunk can be seen, or the end of the stream.
    while (isEnd ? start < end : end - start >= this.#cuts.max) {
      const cut = this.#cuts.next(window, start, end);
      lengths.push(cut - start);
      start = cut;
    }
    this.#window = undefined;
    this.#filled = end - start;
    if (this.#filled > 0) {
      this.#window = Buffer.from(this.#memory());
      window.copy(this.#window, 0, start, end);
    }
    return { memory: window.buffer as ArrayBuffer, lengths };
  }
}

/** Bytes of memory of one group: at least two chunks of the largest size. */
export function groupBytes({ max }: Cuts): number {
  return Math.max(GROUP_BYTES, 2 * max);
}
