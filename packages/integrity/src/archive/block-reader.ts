import { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import { RandomAccessReader } from 'yauzl';

const BLOCK_BYTES = 64 * 1024;
/** Content is read in pieces of this size. */
const RANGE_BYTES = 256 * 1024;

/** Bytes that can be read from anywhere, such as an open file (`FileHandle` of `node:fs/promises`). */
export interface RandomAccess {
  /** Reads up to `target.length` bytes from `position` on; 0 at the end. */
  read(target: Buffer, options: { readonly position: number }): Promise<{ readonly bytesRead: number }>;
}

interface Block {
  readonly start: number;
  readonly bytes: Buffer;
}

/** Reads an open file, or something like it, for yauzl. Headers, a few bytes each and mostly side by side, come from blocks that are kept. */
export class BlockReader extends RandomAccessReader {
  readonly #file: RandomAccess;
  /** The form that yauzl wants. Made once: making it takes longer than a read. */
  readonly #readThen = callbackify(async (target: Buffer, position: number) => this.#read(target, position));
  #block: Block = { start: 0, bytes: Buffer.alloc(0) };

  constructor(file: RandomAccess) {
    super();
    this.#file = file;
  }

  /** Not a stream of node:fs, which closes the file when it is destroyed. */
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.range(start, end), { objectMode: false });
  }

  override read(...[buffer, offset, length, position, callback]: Parameters<RandomAccessReader['read']>): void {
    this.#readThen(buffer.subarray(offset, offset + length), position, callback);
  }

  /** The file is closed by whoever opened it. */
  override close(callback: (error: Error | null) => void): void {
    setImmediate(callback, null);
  }

  /** The bytes from `start` up to `end`. */
  async *range(start: number, end: number): AsyncGenerator<Buffer> {
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
      const rest = target.length - done;
      if (rest >= BLOCK_BYTES) {
        done += await this.#fill(target.subarray(done), position + done);
        continue;
      }
      const { start, bytes } = await this.#blockAt(position + done);
      done += bytes.copy(target, done, position + done - start);
    }
  }

  /** Several reads may go on at a time: a block that is kept is never written to. */
  async #blockAt(position: number): Promise<Block> {
    const { start, bytes } = this.#block;
    if (position >= start && position < start + bytes.length) return this.#block;
    const memory = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    const length = await this.#fill(memory, position);
    this.#block = { start: position, bytes: memory.subarray(0, length) };
    return this.#block;
  }

  async #fill(target: Buffer, position: number): Promise<number> {
    const { bytesRead } = await this.#file.read(target, { position });
    if (bytesRead === 0) throw new Error('a file that ends too early');
    return bytesRead;
  }
}
