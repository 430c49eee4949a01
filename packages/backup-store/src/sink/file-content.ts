import { writeSync } from 'node:fs';

/** Holes are left in units of this many bytes, the block size of most file systems. */
const HOLE_UNIT = 4096;
const ZEROS = Buffer.alloc(HOLE_UNIT);

/** Writes all of `bytes` at `position`; the system may take less at a time. */
export function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}

/**
 * Writes all but the zeros: units of 4 KiB (of the file, not of `bytes`) that hold nothing else are left out, so the
 * file must have its size, and no data there yet. A part of a unit at either end counts by itself, which makes holes
 * that run across the ends of `bytes` come out whole.
 */
export function writeAroundHoles(descriptor: number, bytes: Uint8Array, position: number): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let dataStart = 0;
  for (let start = 0; start < view.length;) {
    const end = Math.min(start + HOLE_UNIT - ((position + start) % HOLE_UNIT), view.length);
    if (view[start] === 0 && view.compare(ZEROS, 0, end - start, start, end) === 0) {
      writeAll(descriptor, view.subarray(dataStart, start), position + dataStart);
      dataStart = end;
    }
    start = end;
  }
  writeAll(descriptor, view.subarray(dataStart), position + dataStart);
}
