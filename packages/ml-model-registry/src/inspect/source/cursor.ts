import type { ByteSource } from './byte-source.ts';
import { StructureError } from '../structure-error.ts';

/** Bytes that are read at once when few are needed. */
const WINDOW = 64 * 1024;

/**
 * Reads a source from front to back. `await need(n)` sees to it that the next `n` bytes are there; then the other calls take them at once, without
 * waiting. Numbers are little-endian unless their name says `be`.
 */
export class Cursor {
  readonly source: ByteSource;
  readonly end: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the window begins in the source. */
  #base: number;
  /** The next byte, in the window. */
  #at = 0;

  constructor(source: ByteSource, start = 0, end: number = source.size) {
    this.source = source;
    this.#base = start;
    this.end = end;
  }

  /** The place of the next byte in the source. */
  get position(): number {
    return this.#base + this.#at;
  }

  /** Bytes from here to the end. */
  get left(): number {
    return this.end - this.position;
  }

  /** Bytes that are there without waiting. */
  get ready(): number {
    return this.#bytes.length - this.#at;
  }

  /**
   * Sees to it that the next `count` bytes are there.
   *
   * @throws {StructureError} `TRUNCATED` when the end comes before.
   */
  async need(count: number): Promise<void> {
    if (count <= this.ready) return;
    if (count > this.left) {
      const message = `Expected ${count} more bytes, got an end after ${this.left}`;
      throw new StructureError('TRUNCATED', message, this.position);
    }
    const start = this.position;
    const bytes = await this.source.read(start, Math.min(Math.max(count, WINDOW), this.end - start));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#base = start;
    this.#at = 0;
  }

  /** As many bytes as one read gives, or all that are left. For loops that take small things: `if (cursor.ready < 16) await cursor.fill()`. */
  async fill(): Promise<void> {
    await this.need(Math.min(WINDOW, this.left));
  }

  /** Goes to a place of the source. What is in the window stays there. */
  seek(position: number): void {
    const at = position - this.#base;
    if (at >= 0 && at <= this.#bytes.length) {
      this.#at = at;
      return;
    }
    this.#bytes = new Uint8Array(0);
    this.#base = position;
    this.#at = 0;
  }

  /** The next `count` bytes, which {@link need} has brought. */
  bytes(count: number): Uint8Array {
    const found = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return found;
  }

  u8(): number {
    return this.#view.getUint8(this.#at++);
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** Eight bytes as a whole number. Above 2^53 it is not exact, but it is larger than any file is. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  #advance(count: number): number {
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
