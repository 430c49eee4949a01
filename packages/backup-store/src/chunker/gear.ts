import { createHmac } from 'node:crypto';

/** Sizes of chunks in bytes: no chunk is smaller than `min` (but the last) or larger than `max`. */
export interface ChunkSizes {
  readonly min: number;
  readonly average: number;
  readonly max: number;
}

/** Sizes of format version 0. Files up to `min` are one blob. */
export const CHUNK_SIZES: ChunkSizes = { min: 256 * 1024, average: 1024 * 1024, max: 4 * 1024 * 1024 };

/**
 * The gear table: 256 random 32-bit numbers, one per byte value, drawn from a secret key, so that nobody
 * without the key can tell from chunk sizes whether a known file is stored.
 *
 * Number `i` is bytes `4i mod 32` to `4i mod 32 + 3` (little-endian) of HMAC-SHA-256(key, "gear" ‖ u8(⌊i/8⌋)).
 *
 * @param key 32 bytes.
 */
export function gearTable(key: Uint8Array): Int32Array {
  const table = new Int32Array(256);
  for (let group = 0; group < 32; group++) {
    const digest = createHmac('sha256', key).update('gear').update(Uint8Array.of(group)).digest();
    for (let i = 0; i < 8; i++) table[group * 8 + i] = digest.readInt32LE(i * 4);
  }
  return table;
}

/** Masks of the two halves of normalised chunking: the top bits of the hash. */
export interface ChunkMasks {
  /** Before the average size: two bits more, so cuts are rarer. */
  readonly strict: number;
  /** After it: two bits fewer. */
  readonly loose: number;
}

/** The masks for an average size, a power of two. */
export function chunkMasks(average: number): ChunkMasks {
  const bits = Math.round(Math.log2(average));
  const top = (count: number): number => (-1 << (32 - count)) | 0;
  return { strict: top(bits + 2), loose: top(bits - 2) };
}
