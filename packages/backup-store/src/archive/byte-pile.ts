import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const BLOCK_BYTES = 1 << 20;

/** Many small pieces of bytes to be had back as one stream: compressed in memory, as they are much alike. */
export class BytePile {
  readonly #blocks: Buffer[] = [];
  readonly #open = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #filled = 0;
  /** Bytes so far. */
  size = 0;

  add(bytes: Uint8Array): void {
    this.size += bytes.length;
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + BLOCK_BYTES - this.#filled);
      this.#open.set(piece, this.#filled);
      this.#filled += piece.length;
      done += piece.length;
      if (this.#filled === BLOCK_BYTES) this.#close();
    }
  }

  /** All of it, in order. */
  async *content(): AsyncGenerator<Buffer, void, undefined> {
    for (const block of this.#blocks) yield zstdDecompressSync(block);
    if (this.#filled > 0) yield this.#open.subarray(0, this.#filled);
  }

  #close(): void {
    this.#blocks.push(zstdCompressSync(this.#open));
    this.#filled = 0;
  }
}
