// Index segments, packs, frames and blobs of one tenant.
import { constants, zstdDecompressSync } from 'node:zlib';
import {
  blockCount,
  blockRange,
  Cursor,
  demand,
  hmac,
  openBlocks,
  openCommitment,
  openHeader,
  sha256,
  subkey,
  subkeys,
  unpad,
  type SealedName,
} from './sealed.ts';
import { objectSize, readObject } from './store.ts';

const frameLimit = 2 ** 26;
const directoryLimit = 2 ** 28;

/** A blob as catalogs and records name it. */
export interface BlobName {
  readonly type: 1 | 2;
  readonly sha256: Buffer;
  readonly length: number;
}

interface Frame {
  readonly offset: number;
  readonly stored: number;
  readonly unpacked: number;
  readonly codec: number;
}

/** A pack: what is needed to read its blocks without its headers. */
export interface Pack {
  readonly key: string;
  readonly size: number;
  readonly aesKey: Buffer;
  readonly directory: Buffer;
}

interface Place {
  readonly pack: Pack;
  readonly frame: Frame;
  readonly offset: number;
  readonly length: number;
}

/** Where the blobs of one tenant come from. */
export interface BlobStore {
  readonly folder: string;
  readonly repositoryId: Buffer;
  readonly label: string;
  /** The tenant's keys, newest first. */
  readonly keys: readonly Buffer[];
  readonly packs: Map<string, Pack>;
  readonly places: Map<string, Place[]>;
  readonly last: { frame?: Frame; bytes?: Buffer };
}

/** How a pack of this tenant is sealed. */
export function packName(store: BlobStore, session: string, pack: string): SealedName {
  const { repositoryId, label } = store;
  const key = `packs/${label}/${session}/${pack}`;
  return { repositoryId, kind: 5, subkey: subkeys(store.keys, 'pack/0'), label, key };
}

function contentLimit(size: number): number {
  const body = size - 160;
  return body - 16 * blockCount(body) - 1;
}

function addDirectory(store: BlobStore, pack: Pack): void {
  const cursor = new Cursor(pack.directory);
  const limit = Math.min(contentLimit(pack.size) - pack.directory.length - 4, 2 ** 32 - 1);
  const found: [string, Place][] = [];
  let end = 0;
  for (let frames = cursor.varint(cursor.left); frames > 0; frames -= 1) {
    const stored = cursor.varint(frameLimit);
    const frame = { offset: end, stored, unpacked: cursor.varint(frameLimit), codec: cursor.u8() };
    end += stored;
    demand(end <= limit, `${pack.key}: its frames are larger than the pack`);
    demand(frame.codec === 0 ? stored === frame.unpacked : frame.codec === 1, `${pack.key}: an impossible frame`);
    let offset = 0;
    for (let blobs = cursor.varint(cursor.left); blobs > 0; blobs -= 1) {
      const type = cursor.u8();
      demand(type === 1 || type === 2, `${pack.key}: an unknown type of blob`);
      const id = cursor.raw(16).toString('hex');
      const length = cursor.varint(frame.unpacked - offset);
      found.push([id, { pack, frame, offset, length }]);
      offset += length;
    }
    demand(offset === frame.unpacked, `${pack.key}: the blobs of a frame do not fill it`);
  }
  cursor.end();
  store.packs.set(pack.key, pack);
  for (const [id, place] of found) {
    const places = store.places.get(id);
    if (places === undefined) store.places.set(id, [place]);
    else places.push(place);
  }
}

/** Adds what an opened index segment says. */
export function addSegment(store: BlobStore, content: Buffer): void {
  const cursor = new Cursor(content);
  for (let packs = cursor.varint(cursor.left); packs > 0; packs -= 1) {
    const session = cursor.raw(16).toString('hex');
    const name = packName(store, session, cursor.raw(8).toString('hex'));
    demand(cursor.varint() === 0, `${name.key}: a pack of a newer format`);
    const size = cursor.varint();
    const aesKey = openCommitment(name, cursor.raw(32), cursor.raw(32));
    addDirectory(store, { key: name.key, size, aesKey, directory: cursor.bytes(directoryLimit) });
  }
  cursor.end();
}

/** Reads the directory of a pack from the pack itself, for when the segment that named it is lost. */
export function addPackAlone(store: BlobStore, name: SealedName): void {
  const size = objectSize(store.folder, name.key);
  let aesKey: Buffer;
  try {
    aesKey = openHeader(name, readObject(store.folder, name.key, { at: 0, size: 80 }));
  } catch {
    aesKey = openHeader(name, readObject(store.folder, name.key, { at: size - 80, size: 80 }));
  }
  const pack = { key: name.key, size, aesKey, directory: Buffer.alloc(0) };
  const plainSize = size - 160 - 16 * blockCount(size - 160);
  // The padding and the length may begin some blocks before the end: take more until both are there.
  for (let back = 65_536; ; back *= 2) {
    const start = Math.max(0, plainSize - back);
    const plain = readPlain(store, pack, { start, end: plainSize });
    if (start > 0 && plain.every((byte) => byte === 0)) continue;
    const tail = unpad(plain);
    const length = tail.length < 4 ? back : tail.readUInt32LE(tail.length - 4);
    demand(length <= directoryLimit, `${name.key}: its directory is too large`);
    if (tail.length >= length + 4) {
      addDirectory(store, { ...pack, directory: tail.subarray(tail.length - 4 - length, tail.length - 4) });
      return;
    }
    demand(start > 0, `${name.key}: has no directory`);
  }
}

function readPlain(store: BlobStore, pack: Pack, { start, end }: { start: number; end: number }): Buffer {
  const { first, last, offset } = blockRange(start, end);
  const bodyEnd = pack.size - 80;
  const size = Math.min(bodyEnd, offset + (last - first + 1) * 65_552) - offset;
  const stored = readObject(store.folder, pack.key, { at: offset, size });
  const plain = openBlocks(pack.aesKey, stored, { first, count: blockCount(pack.size - 160) });
  return plain.subarray(start - first * 65_536, end - first * 65_536);
}

function readFrame(store: BlobStore, pack: Pack, frame: Frame): Buffer {
  if (store.last.frame === frame && store.last.bytes !== undefined) return store.last.bytes;
  if (frame.stored === 0) return Buffer.alloc(0);
  let bytes = readPlain(store, pack, { start: frame.offset, end: frame.offset + frame.stored });
  if (frame.codec === 1) {
    const params = { [constants.ZSTD_d_windowLogMax]: 26 };
    bytes = zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, frame.unpacked), params });
  }
  demand(bytes.length === frame.unpacked, `${pack.key}: a frame has another length`);
  Object.assign(store.last, { frame, bytes });
  return bytes;
}

/** Reads a blob, from the first of its places that has it. */
export function readBlob(store: BlobStore, name: BlobName): Buffer {
  const id = hmac(
    subkey(store.keys.at(-1) ?? Buffer.alloc(0), 'id'),
    Buffer.concat([Buffer.from([name.type]), name.sha256]),
  );
  let problem: unknown = new Error(`Blob ${id.toString('hex', 0, 16)} is in no pack`);
  for (const { pack, frame, offset, length } of store.places.get(id.toString('hex', 0, 16)) ?? []) {
    try {
      demand(length === name.length, `${pack.key}: a blob has another length`);
      const bytes = readFrame(store, pack, frame).subarray(offset, offset + length);
      demand(sha256(bytes).equals(name.sha256), `${pack.key}: a blob has another content`);
      return bytes;
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}
