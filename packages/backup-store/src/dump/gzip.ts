import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteReader } from './byte-reader.ts';
import { DumpFlaw } from './flaw.ts';
import { unpack } from './unpack.ts';

const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
/** Names and comments beyond this are nobody's. */
const MAX_TEXT_BYTES = 64 * 1024;

/** What was found in a gzip file. */
export interface GzipFound {
  members: number;
}

async function skipText(reader: ByteReader): Promise<void> {
  for (let length = 0; length < MAX_TEXT_BYTES; length++) {
    if ((await reader.read(1))[0] === 0) return;
  }
  throw new DumpFlaw('damaged', 'a gzip header has a name or comment without end');
}

/** Takes the header of a member (RFC 1952, section 2.3). */
async function skipHeader(reader: ByteReader): Promise<void> {
  const at = reader.position;
  const magic = await reader.peek(2);
  if (magic[0] !== 0x1f || (magic[1] ?? 0x8b) !== 0x8b)
    throw new DumpFlaw('damaged', `byte ${at} begins no gzip member, as it should`);
  const head = await reader.read(10);
  const flags = head[3] as number;
  if (head[2] !== 8 || (flags & FLAG.reserved) !== 0)
    throw new DumpFlaw('damaged', `the gzip member at byte ${at} has a method or flags that do not exist`);
  if (flags & FLAG.extra) await reader.skip((await reader.read(2)).readUInt16LE(0));
  if (flags & FLAG.name) await skipText(reader);
  if (flags & FLAG.comment) await skipText(reader);
  if (flags & FLAG.headerCrc) await reader.skip(2);
}

/** Zeros may follow, as tapes and blocks are filled up with them; anything else is no part of the file. */
async function atEnd(reader: ByteReader): Promise<boolean> {
  const [next] = await reader.peek(1);
  if (next === undefined) return true;
  if (next !== 0) return false;
  for (let piece = await reader.piece(); piece !== undefined; piece = await reader.piece()) {
    if (piece.some((byte) => byte !== 0))
      throw new DumpFlaw('damaged', 'something follows zeros behind the last gzip member');
  }
  return true;
}

/**
 * Unpacks a gzip file of any number of members (RFC 1952), each held to its CRC-32 and length.
 *
 * @throws {DumpFlaw} `damaged`, `incomplete`.
 */
export async function* gunzip(reader: ByteReader, found: GzipFound): AsyncGenerator<Buffer, void, undefined> {
  do {
    await skipHeader(reader);
    let crc = 0;
    let length = 0;
    const packed = { next: () => reader.piece(), unread: (rest: Buffer) => reader.unread(rest) };
    for await (const bytes of unpack(packed, createInflateRaw(), `gzip member ${found.members + 1}`)) {
      crc = crc32(bytes, crc);
      length += bytes.length;
      yield bytes;
    }
    const trailer = await reader.read(8);
    if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== length % 2 ** 32)
      throw new DumpFlaw(
        'damaged',
        `gzip member ${found.members + 1} does not have the CRC-32 and length that it says`,
      );
    found.members++;
  } while (!(await atEnd(reader)));
}
