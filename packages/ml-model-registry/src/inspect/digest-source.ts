import { createHash } from 'node:crypto';
import { ModelError } from '../errors.ts';
import type { ByteSource } from './source/byte-source.ts';

/** Bytes that are read at once. */
const PIECE = 1024 * 1024;

/**
 * SHA-256 of all bytes, as `sha256:<hex>`. The next piece is read while one is hashed.
 *
 * @throws {ModelError} `ABORTED`.
 */
export async function digestSource(source: ByteSource, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  const piece = (offset: number): Promise<Uint8Array> => source.read(offset, Math.min(PIECE, source.size - offset));
  let next = piece(0);
  for (let offset = 0; offset < source.size; offset += PIECE) {
    const bytes = await next;
    if (signal?.aborted === true)
      throw new ModelError('ABORTED', 'The inspection was stopped', { cause: signal.reason });
    if (offset + PIECE < source.size) next = piece(offset + PIECE);
    hash.update(bytes);
  }
  await next;
  return `sha256:${hash.digest('hex')}`;
}
