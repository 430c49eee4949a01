import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import { type ByteSource, demandWithin, memorySource, partOf } from '../source/byte-source.ts';
import { streamOf } from '../source/stream-of.ts';
import { StructureError } from '../structure-error.ts';
import type { ZipMember } from './member.ts';

/** Bytes that are read or inflated at once. */
const PIECE = 256 * 1024;

/** Where members are read from. */
export interface ContentPlace {
  readonly source: ByteSource;
  readonly inspection: Inspection;
}

/**
 * The content of a member from front to back, which is held against its size and checksum on the way. A loop that stops before the end checks what
 * it saw.
 *
 * @throws {StructureError} `ZIP_CONTENT_MISMATCH`, `LIMIT_EXCEEDED`; `ZIP_ENCRYPTED` and `UNSUPPORTED` when it can't be read.
 */
export async function* memberPieces(member: ZipMember, place: ContentPlace): AsyncGenerator<Uint8Array, void> {
  demandReadable(member, place.inspection);
  const packed = packedPieces(member, place);
  const pieces = member.method === 'stored' ? packed : inflated(packed, { member, inspection: place.inspection });
  let size = 0;
  let crc = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > member.size) throw mismatch(member, `${member.size} bytes`, 'more');
    crc = crc32(piece, crc);
    yield piece;
  }
  if (size < member.size) throw mismatch(member, `${member.size} bytes`, `${size}`);
  if (crc !== member.crc) {
    const { code, message, offset } = mismatch(member, 'content of its checksum', 'another');
    place.inspection.find(code, message, offset);
  }
}

/**
 * The content of a member, to be read at any place. Stored ones are a part of the archive, whose checksum nobody has looked at; deflated ones are
 * held in memory.
 *
 * @throws {StructureError} As {@link memberPieces}; `LIMIT_EXCEEDED` when more would have to be held than may be.
 */
export async function openMember(member: ZipMember, place: ContentPlace): Promise<ByteSource> {
  const { source, inspection } = place;
  demandReadable(member, inspection);
  if (member.method === 'stored') return partOf(source, member.dataAt, member.packed);
  if (member.size > inspection.limits.held) {
    const message = `Expected at most ${inspection.limits.held} bytes in ${quoted(member.name)}, got ${member.size}`;
    throw new StructureError('LIMIT_EXCEEDED', message, member.dataAt);
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of memberPieces(member, place)) pieces.push(piece);
  return memorySource(Buffer.concat(pieces));
}

/**
 * The content of a member of any size, of which only the first `length` bytes can be read: all of it was held against its size and checksum, and let
 * go.
 *
 * @throws {StructureError} As {@link memberPieces}. Reading further is `LIMIT_EXCEEDED`.
 */
export async function headOfMember(member: ZipMember, length: number, place: ContentPlace): Promise<ByteSource> {
  const pieces: Uint8Array[] = [];
  let held = 0;
  for await (const piece of memberPieces(member, place)) {
    if (held < length) pieces.push(piece);
    held += piece.length;
  }
  const head = memorySource(Buffer.concat(pieces));
  return {
    size: member.size,
    read(offset, count) {
      demandWithin(member.size, offset, count);
      if (offset + count <= head.size) return head.read(offset, count);
      const message = `Expected to read the first ${head.size} bytes of ${quoted(member.name)}, got ${offset + count}`;
      throw new StructureError('LIMIT_EXCEEDED', message, offset);
    },
  };
}

/**
 * Bytes of the content of a member from a place on. Of deflated ones all before is inflated again.
 *
 * @throws {StructureError} As {@link memberPieces}, for what is read.
 */
export async function* memberRange(
  member: ZipMember,
  span: { readonly offset: number; readonly length: number },
  place: ContentPlace,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { offset, length } = span;
  demandReadable(member, place.inspection);
  if (member.method === 'stored')
    return yield* streamOf(partOf(place.source, member.dataAt, member.packed), offset, length);
  let at = 0;
  for await (const piece of memberPieces(member, place)) {
    const [from, to] = [Math.max(offset - at, 0), Math.min(offset + length - at, piece.length)];
    if (from < to) yield piece.subarray(from, to);
    at += piece.length;
    if (at >= offset + length) return;
  }
}

function demandReadable(member: ZipMember, inspection: Inspection): void {
  const { name, method, size, packed, isEncrypted, entryAt } = member;
  if (isEncrypted)
    throw new StructureError('ZIP_ENCRYPTED', `Expected content to read in ${quoted(name)}, got none`, entryAt);
  if (method === 'other')
    throw new StructureError('UNSUPPORTED', `Expected content to read in ${quoted(name)}, got another method`, entryAt);
  if (size > packed * inspection.limits.ratio) {
    const message = `Expected ${quoted(name)} to become at most ${inspection.limits.ratio} times larger, got ${packed} bytes for ${size}`;
    throw new StructureError('LIMIT_EXCEEDED', message, entryAt);
  }
}

function mismatch(member: ZipMember, expected: string, got: string): StructureError {
  const message = `Expected ${expected} in ${quoted(member.name)}, got ${got}`;
  return new StructureError('ZIP_CONTENT_MISMATCH', message, member.dataAt);
}

async function* packedPieces(member: ZipMember, place: ContentPlace): AsyncGenerator<Uint8Array, void> {
  const { source, inspection } = place;
  for (let done = 0; done < member.packed; done += PIECE) {
    inspection.step(1, member.dataAt);
    yield await source.read(member.dataAt + done, Math.min(PIECE, member.packed - done));
  }
}

/** Inflates in pieces, within the budget, and reports what stands behind the end of the compressed data. */
async function* inflated(
  packed: AsyncGenerator<Uint8Array>,
  of: { readonly member: ZipMember; readonly inspection: Inspection },
): AsyncGenerator<Uint8Array, void> {
  const { member, inspection } = of;
  const engine = createInflateRaw({ chunkSize: PIECE });
  // Errors of the input end the engine, too, and its end ends the input.
  pipeline(Readable.from(packed), engine, () => {});
  try {
    for await (const piece of engine as AsyncIterable<Uint8Array>) {
      inspection.inflate(piece.length, member.dataAt);
      yield piece;
    }
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    throw mismatch(member, 'deflated bytes', 'others');
  }
  const used = engine.bytesWritten;
  if (used < member.packed) {
    const message = `Expected an end after the compressed content, got ${member.packed - used} bytes`;
    inspection.find('HIDDEN_BYTES', message, member.dataAt + used);
  }
}

function isOfZlib(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('Z_');
}
