import { DumpFlaw } from './flaw.ts';

const NOTHING = Buffer.alloc(0);

/** Reads a sequence of buffers by counts of bytes. Holds one buffer, and what was asked for. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  readonly #what: string;
  #held: Buffer = NOTHING;
  #position = 0;

  /** @param what Names the sequence in messages: `the file`. */
  constructor(source: AsyncIterable<Buffer>, what: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#what = what;
  }

  /** Bytes given out so far. */
  get position(): number {
    return this.#position;
  }

  /** The next bytes, at most `most`; `undefined` at the end. */
  async piece(most: number = Number.MAX_SAFE_INTEGER): Promise<Buffer | undefined> {
    if (!(await this.#fill(1))) return undefined;
    return this.#take(Math.min(most, this.#held.length));
  }

  /** Puts bytes back that were given out last. */
  unread(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([bytes, this.#held]);
    this.#position -= bytes.length;
  }

  /** The next bytes without taking them: fewer at the end. */
  async peek(bytes: number): Promise<Buffer> {
    await this.#fill(bytes);
    return this.#held.subarray(0, bytes);
  }

  /** @throws {DumpFlaw} `incomplete` when there are fewer. */
  async read(bytes: number): Promise<Buffer> {
    if (!(await this.#fill(bytes))) this.#end();
    return this.#take(bytes);
  }

  /** Exactly the next `bytes`, piece by piece. @throws {DumpFlaw} `incomplete`. */
  async *pieces(bytes: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = bytes; left > 0;) {
      const piece = await this.piece(left);
      if (piece === undefined) return this.#end();
      left -= piece.length;
      yield piece;
    }
  }

  /** @throws {DumpFlaw} `incomplete`. */
  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) {
      const piece = await this.piece(left);
      if (piece === undefined) return this.#end();
      left -= piece.length;
    }
  }

  #end(): never {
    throw new DumpFlaw('incomplete', `${this.#what} ends at byte ${this.#position + this.#held.length}, in the middle`);
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    this.#position += bytes;
    return taken;
  }

  async #fill(bytes: number): Promise<boolean> {
    while (this.#held.length < bytes) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
    }
    return true;
  }
}
