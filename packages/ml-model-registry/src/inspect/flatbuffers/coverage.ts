import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';

/** Zeros that may stand between two structures: they begin at multiples of 16 at most, and some writers align twice. */
const MAX_PADDING = 64;

/**
 * Which bytes belong to which structure. Structures of a FlatBuffer lie beside each other; where they lie over each other, a few bytes become a
 * model without end. So all of them together may not be longer than the file.
 */
export class Coverage {
  readonly #source: ByteSource;
  readonly #inspection: Inspection;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #claimed = 0;

  constructor(source: ByteSource, inspection: Inspection) {
    this.#source = source;
    this.#inspection = inspection;
  }

  /**
   * Takes bytes for a structure. Call it once for each.
   *
   * @throws {StructureError} `TRUNCATED` past the end of the file, `FLATBUFFER_OVERLAP` when more was taken than there is.
   */
  claim(start: number, length: number): void {
    const { size } = this.#source;
    if (start + length > size) {
      const message = `Expected ${length} bytes at ${start}, got an end at ${size}`;
      throw new StructureError('TRUNCATED', message, Math.min(start, size));
    }
    this.#claimed += length;
    if (this.#claimed > size) {
      throw new StructureError(
        'FLATBUFFER_OVERLAP',
        'Expected structures beside each other, got more of them than the file has bytes',
        start,
      );
    }
    this.#starts.push(start);
    this.#lengths.push(length);
  }

  /** Reports structures over each other, and bytes that belong to none and are no padding. Gives the end of the last. */
  async report(): Promise<number> {
    const order = this.#starts.map((_start, index) => index);
    order.sort((a, b) => (this.#starts[a] ?? 0) - (this.#starts[b] ?? 0));
    let covered = 0;
    for (const index of order) {
      const start = this.#starts[index] ?? 0;
      const end = start + (this.#lengths[index] ?? 0);
      this.#inspection.step(1, start);
      if (start < covered && end > start) {
        const message = `Expected structures beside each other, got ${covered - start} bytes of two`;
        this.#inspection.find('FLATBUFFER_OVERLAP', message, start);
      }
      if (start > covered) await this.#gap(covered, start);
      covered = Math.max(covered, end);
    }
    return covered;
  }

  async #gap(start: number, end: number): Promise<void> {
    const length = end - start;
    const isPadding = length <= MAX_PADDING && (await this.#source.read(start, length)).every((byte) => byte === 0);
    if (!isPadding)
      this.#inspection.find('HIDDEN_BYTES', `Expected structures without holes, got ${length} bytes of none`, start);
  }
}
