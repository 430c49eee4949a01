import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import type { SealIdentity } from '../envelope/header.ts';
import { type DirectoryVisitor, MAX_DIRECTORY_BYTES, visitDirectory } from '../pack/directory.ts';

/** Where a pack is and how it opens. */
export interface PackInfo {
  /** Session that wrote it, 32 hex digits. */
  readonly session: string;
  /** 16 hex digits. */
  readonly id: string;
  /** Epoch of its subkey. */
  readonly epoch: number;
  /** Bytes of the stored object. */
  readonly size: number;
  readonly identity: SealIdentity;
}

/** A pack and what it holds, as an index segment lists it. */
export interface IndexedPack extends PackInfo {
  readonly directory: Uint8Array;
}

/** Encodes the content of an index segment. */
export function encodeSegment(packs: readonly IndexedPack[]): Buffer {
  const writer = new ByteWriter(64 * 1024).varint(packs.length);
  for (const pack of packs) {
    writer.raw(Buffer.from(pack.session, 'hex')).raw(Buffer.from(pack.id, 'hex')).varint(pack.epoch).varint(pack.size);
    writer.raw(pack.identity.salt).raw(pack.identity.commitment).bytes(pack.directory);
  }
  return writer.take();
}

/**
 * Walks the content of an index segment.
 *
 * @throws {BackupError} `OBJECT_INVALID`.
 */
export function visitSegment(
  bytes: Uint8Array,
  object: string,
  visitor: DirectoryVisitor & { pack(info: PackInfo): void },
): void {
  const reader = new ByteReader(bytes, object);
  const packs = reader.count(reader.left, 'packs');
  let before: string | undefined;
  for (let i = 0; i < packs; i++) {
    const pack = readPackInfo(reader, before);
    before = pack.session;
    visitor.pack(pack);
    const directory = new ByteReader(reader.bytes(MAX_DIRECTORY_BYTES), object);
    visitDirectory(directory, visitor);
    directory.end();
  }
  reader.end();
}

/** Packs of an index segment, with their directories as views. @throws {BackupError} `OBJECT_INVALID`. */
export function readSegment(bytes: Uint8Array, object: string): IndexedPack[] {
  const reader = new ByteReader(bytes, object);
  const packs = Array.from({ length: reader.count(reader.left, 'packs') }, (): IndexedPack => ({
    ...readPackInfo(reader),
    directory: reader.bytes(MAX_DIRECTORY_BYTES),
  }));
  reader.end();
  return packs;
}

/** @param before Session of the pack before: most packs of a segment are of one, and its text need not be there for each. */
function readPackInfo(reader: ByteReader, before?: string): PackInfo {
  const read = reader.raw(16).toString('hex');
  const session = read === before ? before : read;
  const id = reader.raw(8).toString('hex');
  const epoch = reader.varint();
  const size = reader.varint();
  const identity = { salt: Buffer.from(reader.raw(32)), commitment: Buffer.from(reader.raw(32)) };
  return { session, id, epoch, size, identity };
}
