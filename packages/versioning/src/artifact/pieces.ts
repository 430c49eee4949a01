import type { FileHandle } from 'node:fs/promises';

/** Bytes that are read and written at a time. */
export const PIECE_BYTES: number = 1 << 20;

/** Two pieces of memory to read into in turn. */
export type PiecePair = readonly [Buffer, Buffer];

/** Memory for {@link pieces}, to be used for one file after the other. */
export function piecePair(): PiecePair {
  return [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)];
}

/**
 * Reads a file from its beginning. The next piece is read while the last one is worked on, which is valid only until the
 * next is asked for.
 */
export async function* pieces(file: FileHandle, [first, second]: PiecePair): AsyncGenerator<Buffer> {
  let [front, back] = [first, second];
  let position = 0;
  let reading = file.read(front, 0, front.length, position);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      position += bytesRead;
      reading = file.read(back, 0, back.length, position);
      yield front.subarray(0, bytesRead);
      [front, back] = [back, front];
    }
  } finally {
    // Whoever stops early must not close the file, or use the memory, under a read.
    await reading.catch(() => undefined);
  }
}
