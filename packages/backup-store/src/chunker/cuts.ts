import { type Cutter, nextCut } from './cut.ts';

/** A rule that says where chunks end. */
export interface Cuts {
  /** Bytes of the largest chunk there is. */
  readonly max: number;
  /**
   * Where the chunk that begins at `start` ends. The caller gives at least `max` bytes up to `end`, or the rest of the content.
   */
  readonly next: (data: Uint8Array, start: number, end: number) => number;
}

/** Fewest bytes of a chunk of fixed length: below this, what is stored of each chunk is too much beside the chunk. */
export const MIN_FIXED: number = 4 * 1024;
/** Most bytes of one: two of them go into the memory of any stream. */
export const MAX_FIXED: number = 4 * 1024 * 1024;

/** Cuts where the content says so. */
export function contentCuts(cutter: Cutter): Cuts {
  return { max: cutter.sizes.max, next: (data, start, end) => nextCut(data, start, end, cutter) };
}

/**
 * Cuts every `bytes` bytes: for content whose parts are changed where they stand and never moved, such as the pages of a database.
 * There a change costs the chunk it is in, which can be far smaller than one that content decides on.
 */
export function fixedCuts(bytes: number): Cuts {
  return { max: bytes, next: (_data, start, end) => Math.min(end, start + bytes) };
}
