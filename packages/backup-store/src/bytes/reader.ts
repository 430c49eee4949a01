import { BackupError } from '../errors.ts';

/** Reads fields from authenticated bytes. Every length is checked against what is left before anything is allocated. */
export class ByteReader {
  /** All of the bytes, also those that were read. */
  readonly buffer: Buffer;
  readonly #what: string;
  #at = 0;

  /** @param what Names the bytes in errors, such as an object's key. */
  constructor(bytes: Uint8Array, what: string) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get left(): number {
    return this.buffer.length - this.#at;
  }

  get position(): number {
    return this.#at;
  }

  /** @throws {BackupError} `OBJECT_INVALID`, always. */
  fail(message: string): never {
    throw new BackupError('OBJECT_INVALID', `Expected ${message} at byte ${this.#at} of ${this.#what}`, {
      object: this.#what,
    });
  }

  #need(bytes: number): number {
    if (bytes > this.left) this.fail(`${bytes} more bytes, got ${this.left},`);
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  u8(): number {
    return this.buffer[this.#need(1)] as number;
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.#need(4));
  }

  f64(): number {
    return this.buffer.readDoubleLE(this.#need(8));
  }

  varint(): number {
    const buffer = this.buffer;
    let byte = buffer[this.#need(1)] as number;
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    for (let i = 0; i < 7; i++) {
      byte = buffer[this.#need(1)] as number;
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    return this.fail('a number below 2^53');
  }

  /** A varint that counts or measures: more than `limit` is refused. */
  count(limit: number, what: string): number {
    const value = this.varint();
    if (value > limit) this.fail(`at most ${limit} ${what}, got ${value},`);
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of the next bytes. */
  raw(length: number): Buffer {
    const at = this.#need(length);
    return this.buffer.subarray(at, at + length);
  }

  /** Passes over the next bytes. @returns Where they begin in {@link buffer}. */
  skip(length: number): number {
    return this.#need(length);
  }

  bytes(limit: number): Buffer {
    return this.raw(this.count(Math.min(limit, this.left), 'bytes'));
  }

  text(limit: number): string {
    return this.bytes(limit).toString('utf8');
  }

  /** @throws {BackupError} `OBJECT_INVALID` when bytes are left. */
  end(): void {
    if (this.left > 0) this.fail(`the end, got ${this.left} more bytes,`);
  }
}
