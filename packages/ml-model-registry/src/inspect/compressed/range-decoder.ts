import { malformed } from '../structure-error.ts';
import type { Input } from './input.ts';

/** A probability of one half, in 2048ths. */
const HALF = 1024;

/** Probabilities that adapt, one for each place where a bit is decoded. */
export function probabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(HALF);
}

/** The range decoder of LZMA: bits out of a number whose range narrows by how likely they were. */
export class RangeDecoder {
  readonly #input: Input;
  #range = 0xffffffff;
  #code = 0;

  /** @throws {StructureError} `TRUNCATED`, `MALFORMED`. */
  constructor(input: Input) {
    this.#input = input;
    if (input.u8() !== 0) throw malformed('Expected a zero before LZMA, got another byte', input.at - 1);
    this.#code = input.big(4);
  }

  /** Whether nothing is left over, as at the end. */
  get isFinished(): boolean {
    return this.#code === 0;
  }

  bit(probs: Uint16Array, index: number): number {
    const probability = probs[index] ?? HALF;
    const bound = (this.#range >>> 11) * probability;
    let bit = 0;
    if (this.#code < bound) {
      this.#range = bound;
      probs[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#code -= bound;
      this.#range -= bound;
      probs[index] = probability - (probability >> 5);
      bit = 1;
    }
    if (this.#range < 0x1000000) this.#normalise();
    return bit;
  }

  /** Bits that are as likely as not. */
  direct(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
      if (this.#range < 0x1000000) this.#normalise();
    }
    return value;
  }

  /** A number of `bits` bits, the highest first. `offset` is where its probabilities begin. */
  tree(probs: Uint16Array, offset: number, bits: number): number {
    let node = 1;
    for (let left = bits; left > 0; left -= 1) node = node * 2 + this.bit(probs, offset + node);
    return node - 2 ** bits;
  }

  /** A number of `bits` bits, the lowest first. */
  reverseTree(probs: Uint16Array, offset: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let index = 0; index < bits; index += 1) {
      const bit = this.bit(probs, offset + node);
      node = node * 2 + bit;
      value += bit * 2 ** index;
    }
    return value;
  }

  #normalise(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#input.u8()) >>> 0;
  }
}
