import { malformed } from '../structure-error.ts';
import type { Dictionary } from './dictionary.ts';
import { probabilities, type RangeDecoder } from './range-decoder.ts';

/** How contexts are made: bits of the byte before, and of the place. */
export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** The properties of a byte of a header. */
export function lzmaProperties(byte: number, at: number): LzmaProperties {
  if (byte >= 225) throw malformed('Expected properties of LZMA, got another byte', at);
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
}

/** Probabilities for the length of a repetition. */
class Lengths {
  readonly #choice = probabilities(2);
  readonly #low = probabilities(16 * 8);
  readonly #middle = probabilities(16 * 8);
  readonly #high = probabilities(256);

  decode(range: RangeDecoder, place: number): number {
    if (range.bit(this.#choice, 0) === 0) return 2 + range.tree(this.#low, place * 8, 3);
    if (range.bit(this.#choice, 1) === 0) return 10 + range.tree(this.#middle, place * 8, 3);
    return 18 + range.tree(this.#high, 0, 8);
  }
}

/** What LZMA knows between two symbols (LZMA specification, by Igor Pavlov). */
export class LzmaState {
  readonly #properties: LzmaProperties;
  readonly #literals: Uint16Array;
  readonly #isMatch = probabilities(12 * 16);
  readonly #isRepeat = probabilities(12);
  readonly #isRepeat0 = probabilities(12);
  readonly #isRepeat1 = probabilities(12);
  readonly #isRepeat2 = probabilities(12);
  readonly #isRepeat0Long = probabilities(12 * 16);
  readonly #slots = probabilities(4 * 64);
  readonly #special = probabilities(128);
  readonly #align = probabilities(16);
  readonly #lengths = new Lengths();
  readonly #repeatLengths = new Lengths();
  #state = 0;
  #distances: readonly [number, number, number, number] = [0, 0, 0, 0];
  #pending = 0;

  constructor(properties: LzmaProperties) {
    this.#properties = properties;
    this.#literals = probabilities(0x300 << (properties.lc + properties.lp));
  }

  /** Decodes until so many bytes came out, or to the sign of the end; whether that came. A repetition may go on in the next call. */
  decode(range: RangeDecoder, dictionary: Dictionary, count: number): boolean {
    const end = dictionary.total + count;
    this.#repeat(dictionary, end);
    while (dictionary.total < end) {
      const place = dictionary.total & (2 ** this.#properties.pb - 1);
      if (range.bit(this.#isMatch, this.#state * 16 + place) === 0) this.#literal(range, dictionary);
      else if (this.#match(range, dictionary, place)) return true;
      else this.#repeat(dictionary, end);
    }
    return false;
  }

  /** Whether a repetition has not come to its end. */
  get isWithin(): boolean {
    return this.#pending > 0;
  }

  #repeat(dictionary: Dictionary, end: number): void {
    const now = Math.min(this.#pending, end - dictionary.total);
    dictionary.repeat(this.#distances[0] + 1, now);
    this.#pending -= now;
  }

  #literal(range: RangeDecoder, dictionary: Dictionary): void {
    const { lc, lp } = this.#properties;
    const before = dictionary.total === 0 ? 0 : dictionary.back(1);
    const context = ((dictionary.total & (2 ** lp - 1)) << lc) + (before >> (8 - lc));
    const offset = 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      let match = dictionary.back(this.#distances[0] + 1);
      while (symbol < 0x100) {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = range.bit(this.#literals, offset + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | range.bit(this.#literals, offset + symbol);
    dictionary.put(symbol & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  /** Whether it was the sign of the end. */
  #match(range: RangeDecoder, dictionary: Dictionary, place: number): boolean {
    const state = this.#state;
    const [first, second, third, fourth] = this.#distances;
    if (range.bit(this.#isRepeat, state) === 0) {
      const length = this.#lengths.decode(range, place);
      const distance = this.#distance(range, length);
      if (distance === 0xffffffff) return true;
      this.#distances = [distance, first, second, third];
      this.#pending = length;
      this.#state = state < 7 ? 7 : 10;
      return false;
    }
    if (range.bit(this.#isRepeat0, state) === 0) {
      if (range.bit(this.#isRepeat0Long, state * 16 + place) === 0) {
        this.#state = state < 7 ? 9 : 11;
        this.#pending = 1;
        return false;
      }
    } else if (range.bit(this.#isRepeat1, state) === 0) this.#distances = [second, first, third, fourth];
    else if (range.bit(this.#isRepeat2, state) === 0) this.#distances = [third, first, second, fourth];
    else this.#distances = [fourth, first, second, third];
    this.#pending = this.#repeatLengths.decode(range, place);
    this.#state = state < 7 ? 8 : 11;
    return false;
  }

  #distance(range: RangeDecoder, length: number): number {
    const slot = range.tree(this.#slots, Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + range.reverseTree(this.#special, base - slot, bits);
    return base + range.direct(bits - 4) * 16 + range.reverseTree(this.#align, 0, 4);
  }
}
