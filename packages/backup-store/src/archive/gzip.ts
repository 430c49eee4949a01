import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

import { checkedLevel } from './deflate.ts';
import type { CompressionLevel } from './contract.ts';

/** RFC 1952: deflate, no name, no time, and no system that it was made on. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const SIZE_MODULUS = 2 ** 32;

/**
 * Compresses a stream as one gzip member (RFC 1952) whose header has nothing of the time or the machine. The compressed bytes are those
 * of Node's zlib, which may differ from one version to the next.
 *
 * @param level 1 (quick) to 9 (small). Default 9.
 * @throws {BackupError} `INVALID_OPTION`.
 */
export async function* gzipped(
  content: AsyncIterable<Uint8Array>,
  level?: CompressionLevel,
): AsyncGenerator<Uint8Array, void, undefined> {
  const seen = { checksum: 0, size: 0 };
  const deflate = createDeflateRaw({ level: checkedLevel(level) });
  // Its error is the one that reading from `deflate` throws.
  pipeline(Readable.from(watched(content, seen), { objectMode: false }), deflate, () => undefined);
  yield HEADER;
  yield* deflate as AsyncIterable<Uint8Array>;
  const end = Buffer.alloc(8);
  end.writeUInt32LE(seen.checksum, 0);
  end.writeUInt32LE(seen.size % SIZE_MODULUS, 4);
  yield end;
}

async function* watched(
  content: AsyncIterable<Uint8Array>,
  seen: { checksum: number; size: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of content) {
    seen.checksum = crc32(piece, seen.checksum);
    seen.size += piece.length;
    yield piece;
  }
}
