import { type ByteSource, demandWithin } from './byte-source.ts';

/** Bytes that are read at once. */
const PIECE = 1024 * 1024;

/**
 * Bytes of a source from front to back, in pieces.
 *
 * @throws {StructureError} `TRUNCATED` when they reach past the end.
 */
export async function* streamOf(
  source: ByteSource,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  demandWithin(source.size, offset, length);
  if (source.range !== undefined) {
    yield* source.range(offset, length);
    return;
  }
  for (let done = 0; done < length; done += PIECE)
    yield await source.read(offset + done, Math.min(PIECE, length - done));
}
