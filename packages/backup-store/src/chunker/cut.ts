import { endianness } from 'node:os';

import { CHUNK_SIZES, type ChunkMasks, type ChunkSizes, chunkMasks } from './gear.ts';

const NONE = -1;

/**
 * The gear hash, moving over bytes: `h = 2h + gear[byte]` modulo 2^32.
 *
 * It takes four bytes with one load where it can, which makes it three times as fast as byte by byte.
 */
class GearHash {
  readonly #gear: Int32Array;
  readonly #data: Uint8Array;
  readonly #words: Int32Array;
  /** Where the first word begins in `data`. */
  readonly #lead: number;
  #hash = 0;

  constructor(gear: Int32Array, data: Uint8Array) {
    this.#gear = gear;
    this.#data = data;
    const lead = -data.byteOffset & 3;
    const words = endianness() === 'LE' && data.length > lead ? (data.length - lead) >> 2 : 0;
    this.#lead = lead;
    this.#words = words === 0 ? new Int32Array(0) : new Int32Array(data.buffer, data.byteOffset + lead, words);
  }

  /** Takes the bytes in `from ... to`, until `mask` finds only zeros in the hash: returns the position behind that byte. */
  find(from: number, to: number, mask: number): number {
    const firstWord = Math.max(0, (from - this.#lead + 3) >> 2);
    const lastWord = Math.min(this.#words.length, (to - this.#lead) >> 2);
    if (lastWord <= firstWord) return this.#byBytes(from, to, mask);
    const early = this.#byBytes(from, this.#lead + 4 * firstWord, mask);
    if (early !== NONE) return early;
    const word = this.#byWords(firstWord, lastWord, mask);
    return word === NONE ? this.#byBytes(this.#lead + 4 * lastWord, to, mask) : this.#lead + word;
  }

  #byBytes(from: number, to: number, mask: number): number {
    const gear = this.#gear;
    const data = this.#data;
    let hash = this.#hash;
    for (let at = from; at < to; at++) {
      hash = ((hash << 1) + (gear[data[at] as number] as number)) | 0;
      if ((hash & mask) === 0) return at + 1;
    }
    this.#hash = hash;
    return NONE;
  }

  /** @returns Bytes from the first word on. */
  #byWords(from: number, to: number, mask: number): number {
    const gear = this.#gear;
    const words = this.#words;
    let hash = this.#hash;
    for (let at = from; at < to; at++) {
      const word = words[at] as number;
      hash = ((hash << 1) + (gear[word & 255] as number)) | 0;
      if ((hash & mask) === 0) return 4 * at + 1;
      hash = ((hash << 1) + (gear[(word >>> 8) & 255] as number)) | 0;
      if ((hash & mask) === 0) return 4 * at + 2;
      hash = ((hash << 1) + (gear[(word >>> 16) & 255] as number)) | 0;
      if ((hash & mask) === 0) return 4 * at + 3;
      hash = ((hash << 1) + (gear[word >>> 24] as number)) | 0;
      if ((hash & mask) === 0) return 4 * at + 4;
    }
    this.#hash = hash;
    return NONE;
  }
}

/**
 * Finds where the next chunk ends: content-defined chunking with a gear hash, and normalised chunking as in
 * FastCDC (Xia et al., USENIX ATC 2016, section 4.3).
 *
 * 1. The first `min` bytes are skipped: no cut there.
 * 2. The hash of a position is `h = 2h + gear[byte]` over the bytes before it, modulo 2^32: it depends on the
 *    last 32 bytes only, so a change in a file moves no cut that is far enough behind it.
 * 3. Up to `average` a cut needs all bits of the strict mask to be zero, from there to `max` those of the loose one.
 * 4. At `max` bytes there is always a cut.
 *
 * The hash starts at 0 at byte `min` of the chunk (the bytes skipped do not enter it).
 *
 * @param data Bytes of the file.
 * @param start Where the chunk begins in `data`.
 * @param end Where `data` ends; the caller gives at least `max` bytes or the rest of the file.
 * @returns Where the chunk ends in `data`.
 */
export function nextCut(data: Uint8Array, start: number, end: number, cutter: Cutter): number {
  const { gear, sizes, masks } = cutter;
  const last = Math.min(end, start + sizes.max);
  if (last - start <= sizes.min) return last;
  const middle = Math.min(last, start + sizes.average);
  const hash = new GearHash(gear, data);
  const early = hash.find(start + sizes.min, middle, masks.strict);
  if (early !== NONE) return early;
  const late = hash.find(middle, last, masks.loose);
  return late === NONE ? last : late;
}

/** What {@link nextCut} needs to know: table, sizes, masks. */
export interface Cutter {
  readonly gear: Int32Array;
  readonly sizes: ChunkSizes;
  readonly masks: ChunkMasks;
}

/** A cutter for a gear table. */
export function createCutter(gear: Int32Array, sizes: ChunkSizes = CHUNK_SIZES): Cutter {
  return { gear, sizes, masks: chunkMasks(sizes.average) };
}
