import { createHash } from 'node:crypto';
import { ModelError } from '../errors.ts';
import type { ByteSource } from './source/byte-source.ts';

/** Bytes that are read at once. */
const PIECE = 2 * 1024 * 1024;

/**
 * SHA-256 of all bytes, as `sha256:<hex>`. One piece is read while another is hashed. Two pieces of memory are used by turns: new memory for each
 * piece costs as much time as hashing it.
 *
 * @throws {ModelError} `ABORTED`.
 */
export async function digestSource(source: ByteSource, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  const read = pieces(source);
  let next = read(0);
  for (let offset = 0; offset < source.size; offset += PIECE) {
    const bytes = await next;
    if (signal?.aborted === true)
      throw new ModelError('ABORTED', 'The inspection was stopped', { cause: signal.reason });
    if (offset + PIECE < source.size) next = read(offset + PIECE);
    hash.update(bytes);
  }
  await next;
  return `sha256:${hash.digest('hex')}`;
}

/** Reads pieces in their order. A piece may be overwritten by the next but one. */
function pieces(source: ByteSource): (offset: number) => Promise<Uint8Array> {
  const { fill } = source;
  const length = (offset: number): number => Math.min(PIECE, source.size - offset);
  if (fill === undefined) return (offset) => source.read(offset, length(offset));
  const most = length(0);
  const memory = [Buffer.allocUnsafeSlow(most), Buffer.allocUnsafeSlow(source.size > PIECE ? most : 0)];
  return async (offset) => {
    const into = (memory[(offset / PIECE) % 2] ?? Buffer.alloc(0)).subarray(0, length(offset));
    await fill(into, offset);
    return into;
  };
}
