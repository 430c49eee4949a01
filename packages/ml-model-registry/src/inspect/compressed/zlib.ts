import { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import type { ByteSource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { Codec, Pieces } from './codec.ts';

/** Bytes that are read at once. */
const PIECE = 256 * 1024;

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE) yield await source.read(at, Math.min(PIECE, source.size - at));
}

async function* inflated(
  source: ByteSource,
  engine: ReturnType<typeof createInflate> | ReturnType<typeof createGunzip>,
): Pieces {
  const compressed = Readable.from(piecesOf(source));
  compressed.on('error', (error) => engine.destroy(error));
  compressed.pipe(engine);
  try {
    for await (const piece of engine) yield piece as Uint8Array;
    return engine.bytesWritten;
  } catch (error) {
    throw structureError(error, engine.bytesWritten);
  } finally {
    compressed.destroy();
    engine.destroy();
  }
}

function structureError(error: unknown, at: number): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return new StructureError('TRUNCATED', 'Expected more compressed bytes, got the end', at);
  return code.startsWith('Z_') ? malformed('Expected compressed bytes, got others', at) : error;
}

/** zlib (RFC 1950), without a dictionary of its own. */
export const zlib: Codec = {
  name: 'zlib',
  recognises: ([method, flags = 0]) => method === 0x78 && (0x7800 + flags) % 31 === 0 && (flags & 0x20) === 0,
  open: (source) => inflated(source, createInflate()),
};

/** gzip (RFC 1952), of one member or several. */
export const gzip: Codec = {
  name: 'gzip',
  recognises: ([first, second]) => first === 0x1f && second === 0x8b,
  open: (source) => inflated(source, createGunzip()),
};
