import { createZstdDecompress } from 'node:zlib';
import type { ByteReader } from './byte-reader.ts';
import { DumpFlaw } from './flaw.ts';
import { unpack } from './unpack.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** What was found in a zstd file. */
export interface ZstdFound {
  frames: number;
  /** Frames that say what their content adds up to. */
  checksums: number;
}

/** Whether these bytes begin a frame that can be skipped. */
export const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === SKIPPABLE;

/** The bytes of one frame and no more (RFC 8878, section 3.1.1): header, blocks by their lengths, checksum. */
async function* frameBytes(reader: ByteReader, descriptor: number): AsyncGenerator<Buffer, void, undefined> {
  const single = (descriptor >> 5) & 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  const size = [single, 2, 4, 8][descriptor >> 6] as number;
  yield await reader.read(4 + 1 + (1 - single) + dictionary + size);
  for (let last = false; !last;) {
    const header = await reader.peek(3);
    const block = header.length < 3 ? 0 : header.readUIntLE(0, 3);
    last = (block & 1) === 1;
    // A block of one byte that repeats is stored as that byte. With its header, as each piece is a round through a thread.
    yield await reader.read(3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3));
  }
  if (descriptor & 4) yield* reader.pieces(4);
}

/**
 * Unpacks a zstd file of any number of frames. Node's own decompressor ends with the first one and keeps silent about what
 * follows, so the frames are told apart here.
 *
 * @throws {DumpFlaw} `damaged`, `incomplete`; `unknown` when a frame needs a dictionary or too large a window.
 */
export async function* unzstd(reader: ByteReader, found: ZstdFound): AsyncGenerator<Buffer, void, undefined> {
  for (let head = await reader.peek(5); head.length > 0; head = await reader.peek(5)) {
    const magic = head.length < 4 ? MAGIC : head.readUInt32LE(0);
    if (isSkippable(magic)) {
      await reader.skip(4);
      await reader.skip((await reader.read(4)).readUInt32LE(0));
      continue;
    }
    if (magic !== MAGIC) throw new DumpFlaw('damaged', `byte ${reader.position} begins no zstd frame, as it should`);
    // Fails when there are fewer bytes.
    const flags = head[4] ?? (await reader.read(5)).readUInt8(4);
    if ((flags & 3) !== 0) throw new DumpFlaw('unknown', 'a zstd frame needs a dictionary, which is not here');
    const bytes = frameBytes(reader, flags);
    const next = async (): Promise<Buffer | undefined> => {
      const { value } = await bytes.next();
      return value ?? undefined;
    };
    const unread = (): never => {
      throw new DumpFlaw('damaged', `zstd frame ${found.frames + 1} ends before its blocks do`);
    };
    yield* unpack({ next, unread }, createZstdDecompress(), `zstd frame ${found.frames + 1}`);
    found.frames++;
    if (flags & 4) found.checksums++;
  }
}
