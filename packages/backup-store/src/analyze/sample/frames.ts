import { CHUNK_SIZES } from '../../chunker/gear.ts';

/** Files below this share frames; larger ones are cut, and each piece is a frame of its own (`backup/frame-builder.ts`). */
export const LARGE_BYTES: number = 256 * 1024;
/** Bytes gathered in a frame of small files (`backup/backup-writer.ts`). */
export const FRAME_BYTES: number = 4 * 1024 * 1024;

/** A piece of a file. */
export interface Piece {
  /** Number of the file in the census. */
  readonly file: number;
  readonly from: number;
  readonly bytes: number;
}

/** What the engine would compress at once. */
export interface Frame {
  readonly stratum: 'small' | 'large';
  readonly pieces: readonly Piece[];
}

/** All frames of one stratum, made when asked for: there may be millions. */
export interface Stratum {
  readonly name: 'small' | 'large';
  readonly files: number;
  readonly bytes: number;
  readonly frames: number;
  readonly frame: (index: number) => Frame;
}

function smallStratum(sizes: readonly number[], files: readonly number[]): Stratum {
  // Where in `files` each frame begins.
  const begins: number[] = [];
  let filled = FRAME_BYTES;
  let bytes = 0;
  files.forEach((file, at) => {
    const size = sizes[file] as number;
    if (filled + size > FRAME_BYTES) {
      begins.push(at);
      filled = 0;
    }
    filled += size;
    bytes += size;
  });
  const frame = (index: number): Frame => ({
    stratum: 'small',
    pieces: files
      .slice(begins[index], begins[index + 1])
      .map((file) => ({ file, from: 0, bytes: sizes[file] as number })),
  });
  return { name: 'small', files: files.length, bytes, frames: begins.length, frame };
}

/** Pieces of the average size of a chunk: where the real cuts are depends on a key, and matters little. */
const piecesOf = (size: number): number => Math.max(1, Math.round(size / CHUNK_SIZES.average));

function largeStratum(sizes: readonly number[], files: readonly number[]): Stratum {
  // Pieces before each file.
  const before: number[] = [];
  let frames = 0;
  let bytes = 0;
  for (const file of files) {
    before.push(frames);
    frames += piecesOf(sizes[file] as number);
    bytes += sizes[file] as number;
  }
  const frame = (index: number): Frame => {
    let low = 0;
    for (let high = files.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if ((before[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    const file = files[low] as number;
    const size = sizes[file] as number;
    const pieces = piecesOf(size);
    const nth = index - (before[low] as number);
    const from = Math.floor((size * nth) / pieces);
    return { stratum: 'large', pieces: [{ file, from, bytes: Math.floor((size * (nth + 1)) / pieces) - from }] };
  };
  return { name: 'large', files: files.length, bytes, frames, frame };
}

/** Divides files into frames as a first backup would, without looking into them. */
export function framesOf(sizes: readonly number[]): readonly [small: Stratum, large: Stratum] {
  const small: number[] = [];
  const large: number[] = [];
  sizes.forEach((size, file) => (size < LARGE_BYTES ? small : large).push(file));
  return [smallStratum(sizes, small), largeStratum(sizes, large)];
}
