import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { sha256 } from '../bytes/sha256.ts';

const MAGIC = Buffer.from('HFSCAN01', 'latin1');
const RECORD_BYTES = 24;
/** Records are collected in pieces, as one buffer for all would be copied as it grows. */
const PIECE_BYTES: number = 4096 * RECORD_BYTES;
const HEADER_BYTES = 8 + 32;
const CHECKSUM_BYTES = 32;

/** What a catalog does not hold of an entry, but is needed to see that it has not changed. */
export interface CachedEntry {
  /** Nanoseconds; 0 when the entry was too young to be trusted. */
  readonly ctimeNs: bigint;
  readonly ino: bigint;
}

/**
 * Change times and inodes of a snapshot's entries, in the order of its catalog: 24 bytes each. Kept on the machine
 * that was backed up and never sent anywhere. Without it (or when it is damaged) all files are read again, which is
 * slow and safe.
 *
 * The file: magic, the catalog's SHA-256, then per entry 8 bytes made of its path, ctime, inode (little-endian), then
 * a SHA-256 of all that. The bytes of the path only guard against a record that has got to another place.
 */
export class ScanCache {
  readonly #records: Buffer;

  constructor(records: Buffer) {
    this.#records = records;
  }

  /** A cache that knows nothing. */
  static readonly empty: ScanCache = new ScanCache(Buffer.alloc(0));

  /** The cache of this very catalog, or an empty one. */
  static async read(path: string, catalogSha256: string): Promise<ScanCache> {
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch {
      return ScanCache.empty;
    }
    const end = bytes.length - CHECKSUM_BYTES;
    const fits = end >= HEADER_BYTES && (end - HEADER_BYTES) % RECORD_BYTES === 0;
    const ours =
      fits && MAGIC.equals(bytes.subarray(0, 8)) && bytes.subarray(8, HEADER_BYTES).toString('hex') === catalogSha256;
    if (!ours || !sha256(bytes.subarray(0, end)).equals(bytes.subarray(end))) return ScanCache.empty;
    return new ScanCache(bytes.subarray(HEADER_BYTES, end));
  }

  /** The record of entry `position`, if it is that of this path. */
  at(position: number, path: Uint8Array): CachedEntry | undefined {
    const at = position * RECORD_BYTES;
    if (at + RECORD_BYTES > this.#records.length) return undefined;
    if (this.#records.readInt32LE(at) !== pathMark(path, 0)) return undefined;
    if (this.#records.readInt32LE(at + 4) !== pathMark(path, 1)) return undefined;
    return { ctimeNs: this.#records.readBigInt64LE(at + 8), ino: this.#records.readBigUInt64LE(at + 16) };
  }
}

/** FNV-1a (Fowler, Noll, Vo) with a start of its own for each half of the mark. */
function pathMark(path: Uint8Array, half: 0 | 1): number {
  let hash = half === 0 ? 0x811c9dc5 : 0x050c5d1f;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ (path[i] as number), 0x01000193);
  return hash | 0;
}

/** Collects the records of a new cache, in catalog order. */
export class ScanCacheBuilder {
  /** All full but the last. */
  readonly #pieces: Buffer[] = [];
  #at = PIECE_BYTES;

  add(path: Uint8Array, entry: CachedEntry): void {
    if (this.#at === PIECE_BYTES) {
      this.#pieces.push(Buffer.allocUnsafeSlow(PIECE_BYTES));
      this.#at = 0;
    }
    const piece = this.#pieces.at(-1) as Buffer;
    piece.writeInt32LE(pathMark(path, 0), this.#at);
    piece.writeInt32LE(pathMark(path, 1), this.#at + 4);
    piece.writeBigInt64LE(BigInt.asIntN(64, entry.ctimeNs), this.#at + 8);
    piece.writeBigUInt64LE(BigInt.asUintN(64, entry.ino), this.#at + 16);
    this.#at += RECORD_BYTES;
  }

  /** The bytes of the file. */
  *#file(catalogSha256: string): Generator<Buffer, void, undefined> {
    const checksum = createHash('sha256');
    const last = this.#pieces.length - 1;
    const records = this.#pieces.map((piece, i) => (i === last ? piece.subarray(0, this.#at) : piece));
    for (const bytes of [MAGIC, Buffer.from(catalogSha256, 'hex'), ...records]) {
      checksum.update(bytes);
      yield bytes;
    }
    yield checksum.digest();
  }

  /** Replaces the cache at `path`. A cache that can't be written costs time, not safety: the caller may ignore errors. */
  async write(path: string, catalogSha256: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temp = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      const file = await open(temp, 'wx', 0o600);
      try {
        await file.writeFile(this.#file(catalogSha256));
      } finally {
        await file.close();
      }
      await rename(temp, path);
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  }
}
