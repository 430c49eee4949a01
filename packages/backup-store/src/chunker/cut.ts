import { CHUNK_SIZES, type ChunkMasks, type ChunkSizes, chunkMasks } from './gear.ts';

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
  const { strict, loose } = masks;
  let hash = 0;
  let at = start + sizes.min;
  while (at < middle) {
    hash = ((hash << 1) + (gear[data[at++] as number] as number)) | 0;
    if ((hash & strict) === 0) return at;
  }
  while (at < last) {
    hash = ((hash << 1) + (gear[data[at++] as number] as number)) | 0;
    if ((hash & loose) === 0) return at;
  }
  return last;
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
