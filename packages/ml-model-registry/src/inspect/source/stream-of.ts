import { type ByteSource, demandWithin } from './byte-source.ts';
import { openFile } from './file-source.ts';

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

/**
 * Bytes of a file from front to back, which is open only meanwhile: for numbers that somebody may want later.
 *
 * @throws {ModelError} `READ_FAILED`, `NOT_A_FILE`. @throws {StructureError} `TRUNCATED` when they reach past the end.
 */
export async function* streamOfFile(
  path: string,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  await using file = await openFile(path);
  yield* streamOf(file.source, offset, length);
}
