import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

const BLOCK_BYTES = 64 * 1024;
/** Content is read in pieces of this size. */
const RANGE_BYTES = 256 * 1024;

/** Reads an open file for yauzl. Headers, a few bytes each and mostly side by side, come from blocks that are kept. */
export class BlockReader extends RandomAccessReader {
  readonly #file: FileHandle;
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #start = 0;
  #length = 0;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  /** Not a stream of node:fs, which closes the file when it is destroyed. */
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#range(start, end), { objectMode: false });
  }

  override read(...[buffer, offset, length, position, callback]: Parameters<RandomAccessReader['read']>): void {
    // oxlint-disable-next-line promise/no-callback-in-promise -- yauzl wants a callback
    this.#read(buffer.subarray(offset, offset + length), position).then(() => callback(null), callback);
  }

  /** The file is closed by whoever opened it. */
  override close(callback: (error: Error | null) => void): void {
    setImmediate(callback, null);
  }

  async *#range(start: number, end: number): AsyncGenerator<Buffer> {
    for (let position = start; position < end;) {
      // What was handed out is not written to again: nobody says when it was used.
      const piece = Buffer.allocUnsafe(Math.min(RANGE_BYTES, end - position));
      await this.#read(piece, position);
      position += piece.length;
      yield piece;
    }
  }

  async #read(target: Buffer, position: number): Promise<void> {
    for (let done = 0; done < target.length;) {
      const at = position + done - this.#start;
      if (at >= 0 && at < this.#length) {
        done += this.#block.copy(target, done, at, Math.min(this.#length, at + target.length - done));
        continue;
      }
      const rest = target.length - done;
      if (rest >= BLOCK_BYTES) {
        done += await this.#fill(target, { offset: done, length: rest, position: position + done });
        continue;
      }
      this.#length = 0;
      this.#length = await this.#fill(this.#block, { offset: 0, length: BLOCK_BYTES, position: position + done });
      this.#start = position + done;
    }
  }

  async #fill(target: Buffer, place: { offset: number; length: number; position: number }): Promise<number> {
    const { bytesRead } = await this.#file.read(target, place);
    if (bytesRead === 0) throw new Error('a file that ends too early');
    return bytesRead;
  }
}
