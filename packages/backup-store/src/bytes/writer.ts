/** Grows a buffer while fields are appended. The layouts of all stored formats are written with it. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 1024) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  u8(value: number): this {
    this.#room(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
    return this;
  }

  f64(value: number): this {
    this.#room(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
    return this;
  }

  /** LEB128, for whole numbers from 0 to 2^53 - 1. */
  varint(value: number): this {
    this.#room(8);
    const buffer = this.#buffer;
    let rest = value;
    while (rest > 0x7fffffff) {
      buffer[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      buffer[this.#length++] = (rest & 127) | 0x80;
      rest >>>= 7;
    }
    buffer[this.#length++] = rest;
    return this;
  }

  /** Signed whole numbers: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... */
  zigzag(value: number): this {
    return this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** A varint length, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  text(text: string): this {
    return this.bytes(Buffer.from(text, 'utf8'));
  }

  /** A view of what was written; valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.view());
  }

  /** Starts over with the same memory. */
  clear(): void {
    this.#length = 0;
  }
}
