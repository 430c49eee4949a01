import type { Inspection } from '../contract.ts';
import { malformed, StructureError } from '../structure-error.ts';

/** The last bytes that came out, which LZMA repeats. */
export class Dictionary {
  readonly #size: number;
  readonly #bytes: Uint8Array;
  #at = 0;
  /** Bytes that came out since it was emptied. */
  total = 0;
  /** Of those, bytes that {@link taken} has given. */
  #given = 0;

  /** @throws {StructureError} `LIMIT_EXCEEDED`. */
  constructor(size: number, inspection: Inspection) {
    const { held } = inspection.limits;
    if (size > held)
      throw new StructureError('LIMIT_EXCEEDED', `Expected a dictionary of at most ${held} bytes, got ${size}`, 0);
    this.#size = Math.max(size, 4 * 1024 * 1024);
    // Pages that are never written to take no memory.
    this.#bytes = new Uint8Array(this.#size);
  }

  /** Forgets all. */
  reset(): void {
    this.#at = 0;
    this.total = 0;
    this.#given = 0;
  }

  put(byte: number): void {
    this.#bytes[this.#at] = byte;
    this.#at = this.#at + 1 === this.#size ? 0 : this.#at + 1;
    this.total += 1;
  }

  /** @throws {StructureError} `MALFORMED` when it reaches before the first. */
  back(distance: number): number {
    if (distance > this.total || distance > this.#size)
      throw malformed('Expected a repetition of earlier bytes, got one of others', 0);
    const place = this.#at - distance;
    return this.#bytes[place < 0 ? place + this.#size : place] ?? 0;
  }

  repeat(distance: number, count: number): void {
    for (let index = 0; index < count; index += 1) this.put(this.back(distance));
  }

  /** What came out since the last call; at most 4 MiB of it may have. */
  taken(): Uint8Array {
    const count = this.total - this.#given;
    this.#given = this.total;
    const start = this.#at - count;
    if (start >= 0) return this.#bytes.slice(start, this.#at);
    const found = new Uint8Array(count);
    found.set(this.#bytes.subarray(start + this.#size));
    found.set(this.#bytes.subarray(0, this.#at), -start);
    return found;
  }
}
