import { readSync } from 'node:fs';

import { type Cutter, nextCut } from '../chunker/cut.ts';

/** Bytes of memory for {@link chunksOf}. */
export const windowBytes = ({ sizes }: Cutter): number => sizes.max * 2;

/** The chunks of a file, from its start: views of `window`, each valid until the next is asked for. */
export function* chunksOf(fd: number, window: Buffer, cutter: Cutter): Generator<Buffer, void, undefined> {
  let start = 0;
  let end = 0;
  let position = 0;
  for (let more = true; more || start < end;) {
    // A cut is found only where a whole chunk can be seen, or the end of the file.
    if (more && end - start < cutter.sizes.max) {
      window.copyWithin(0, start, end);
      end -= start;
      start = 0;
      const got = readFully(fd, window.subarray(end), position);
      more = end + got === window.length;
      end += got;
      position += got;
    }
    if (start === end) return;
    const cut = nextCut(window, start, end, cutter);
    yield window.subarray(start, cut);
    start = cut;
  }
}

/** Fills `into` from `position`, or reads to the end of the file. */
export function readFully(fd: number, into: Uint8Array, position: number): number {
  let got = 0;
  while (got < into.length) {
    const bytes = readSync(fd, into, got, into.length - got, position + got);
    if (bytes === 0) break;
    got += bytes;
  }
  return got;
}
