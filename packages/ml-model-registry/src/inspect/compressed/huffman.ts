import { malformed } from '../structure-error.ts';
import type { Input } from './input.ts';

/** Bits from the highest of each byte on. */
export class BitInput {
  readonly #input: Input;
  #bits = 0;
  #count = 0;

  constructor(input: Input) {
    this.#input = input;
  }

  /** A number of up to 24 bits. */
  read(count: number): number {
    while (this.#count < count) {
      this.#bits = ((this.#bits << 8) | this.#input.u8()) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    const value = (this.#bits >>> this.#count) & (2 ** count - 1);
    this.#bits &= 2 ** this.#count - 1;
    return value;
  }

  /** Leaves the rest of a byte. */
  align(): void {
    this.#bits = 0;
    this.#count = 0;
  }
}

/** Canonical codes: by their length, the first code and the symbols in order. */
export interface HuffmanTable {
  readonly firsts: Uint32Array;
  readonly counts: Uint32Array;
  readonly starts: Uint32Array;
  readonly symbols: Uint16Array;
}

const LONGEST = 20;

/** The table of codes that are given by their lengths. */
export function huffmanTable(lengths: Uint8Array, at: number): HuffmanTable {
  const counts = new Uint32Array(LONGEST + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const firsts = new Uint32Array(LONGEST + 1);
  const starts = new Uint32Array(LONGEST + 1);
  let code = 0;
  let start = 0;
  for (let length = 1; length <= LONGEST; length += 1) {
    firsts[length] = code;
    starts[length] = start;
    code += counts[length] ?? 0;
    start += counts[length] ?? 0;
    if (code > 2 ** length) throw malformed('Expected codes that differ, got too many', at);
    code *= 2;
  }
  const symbols = Uint16Array.from(
    [...lengths.keys()].toSorted((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b),
  );
  return { firsts, counts, starts, symbols };
}

/** The next symbol. */
export function readSymbol(bits: BitInput, table: HuffmanTable, at: number): number {
  let code = 0;
  for (let length = 1; length <= LONGEST; length += 1) {
    code = code * 2 + bits.read(1);
    const place = code - (table.firsts[length] ?? 0);
    if (place >= 0 && place < (table.counts[length] ?? 0))
      return table.symbols[(table.starts[length] ?? 0) + place] ?? 0;
  }
  throw malformed('Expected a code of the table, got another', at);
}
