import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import type { BlobRef, Entry, EntryKind } from './entry.ts';
import { comparePaths } from './path-order.ts';

const KINDS: readonly EntryKind[] = ['directory', 'file', 'symlink', 'socket', 'fifo', 'block-device', 'char-device'];
const KIND_MASK = 0x07;
/** Reserved for extended attributes and ACLs: a length and bytes at the end of an entry, which readers pass over. */
const EXTRA = 0x08;
const SPARSE = 0x10;
const TORN = 0x20;
const HARD_LINK = 0x40;
const SAME_OWNER = 0x80;
const NANOS = 1_000_000_000n;
const MAX_EXTRA = 1024 * 1024;
/** Longest path a reader accepts, in bytes. */
const MAX_PATH = 64 * 1024;
/** Most entries that a reader accepts in a leaf: far above what writers make, and no bomb. */
const MAX_ENTRIES = 64 * 1024;
/** Bytes of all paths of a leaf together, which a page of few bytes can ask for by sharing beginnings. */
const MAX_PATHS = 256 * 1024 * 1024;

/**
 * Builds one leaf page: entries in catalog order, each path without what it shares with the one before, then the
 * digests of all their content. (Digests apart from the rest compress better: they are the part that can't.)
 */
export class LeafPageBuilder {
  readonly #entries = new ByteWriter(128 * 1024);
  readonly #digests = new ByteWriter(64 * 1024);
  #count = 0;
  #first: Buffer = Buffer.alloc(0);
  #path: Buffer = Buffer.alloc(0);
  #mode = -1;
  #uid = -1;
  #gid = -1;

  get count(): number {
    return this.#count;
  }

  /** Path of the first entry. */
  get first(): Buffer {
    return this.#first;
  }

  get bytes(): number {
    return this.#entries.length + this.#digests.length;
  }

  add(entry: Entry): void {
    if (this.#count++ === 0) this.#first = entry.path;
    const out = this.#entries;
    const shared = sharedLength(this.#path, entry.path);
    out.varint(shared).bytes(entry.path.subarray(shared));
    this.#path = entry.path;
    const sameOwner = entry.mode === this.#mode && entry.uid === this.#uid && entry.gid === this.#gid;
    out.u8(KINDS.indexOf(entry.kind) | flags(entry) | (sameOwner ? SAME_OWNER : 0));
    if (!sameOwner) {
      out.varint(entry.mode).varint(entry.uid).varint(entry.gid);
      this.#mode = entry.mode;
      this.#uid = entry.uid;
      this.#gid = entry.gid;
    }
    this.#addTime(entry.mtimeNs);
    if (entry.kind === 'file') this.#addContent(entry);
    if (entry.kind === 'symlink') out.bytes(entry.linkTarget ?? Buffer.alloc(0));
    if (entry.hardLinkTo !== undefined) out.bytes(entry.hardLinkTo);
  }

  #addTime(ns: bigint): void {
    let seconds = ns / NANOS;
    let rest = ns % NANOS;
    if (rest < 0n) {
      seconds -= 1n;
      rest += NANOS;
    }
    this.#entries.zigzag(Number(seconds)).varint(Number(rest));
  }

  #addContent(entry: Entry): void {
    const { content } = entry;
    this.#entries.varint(entry.size).varint(content.length);
    for (const blob of content) {
      if (content.length > 1) this.#entries.varint(blob.length);
      this.#digests.raw(blob.sha256);
    }
  }

  /** The page's bytes; the builder is empty afterwards. */
  finish(): Buffer {
    const page = new ByteWriter(this.bytes + 16)
      .u8(0)
      .varint(this.#count)
      .varint(this.#digests.length / 32);
    page.raw(this.#entries.view()).raw(this.#digests.view());
    this.#entries.clear();
    this.#digests.clear();
    this.#count = 0;
    this.#path = Buffer.alloc(0);
    this.#mode = this.#uid = this.#gid = -1;
    return page.take();
  }
}

function flags(entry: Entry): number {
  return (entry.sparse ? SPARSE : 0) | (entry.torn ? TORN : 0) | (entry.hardLinkTo === undefined ? 0 : HARD_LINK);
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  while (i < most && a[i] === b[i]) i++;
  return i;
}

/**
 * Reads a leaf page. Digests are views of `page`.
 *
 * @throws {BackupError} `OBJECT_INVALID` when it breaks the format or its entries are out of order.
 */
export function readLeafPage(page: Uint8Array, what: string): Entry[] {
  const reader = new ByteReader(page, what);
  if (reader.u8() !== 0) reader.fail('a leaf page');
  const count = reader.count(Math.min(reader.left, MAX_ENTRIES), 'entries');
  const digests = reader.count(reader.left / 32, 'digests');
  const buffer = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  const source = new DigestSource(buffer.subarray(buffer.length - digests * 32));
  const entries: Entry[] = [];
  let before: Entry | undefined;
  let pathBytes = 0;
  for (let i = 0; i < count; i++) {
    before = readEntry(reader, before, source);
    pathBytes += before.path.length;
    if (pathBytes > MAX_PATHS) reader.fail(`paths of at most ${MAX_PATHS} bytes together`);
    entries.push(before);
  }
  if (reader.left !== digests * 32 || source.left > 0) reader.fail('the digests of all entries and nothing else');
  return entries;
}

class DigestSource {
  readonly #digests: Buffer;
  #at = 0;

  constructor(digests: Buffer) {
    this.#digests = digests;
  }

  get left(): number {
    return this.#digests.length - this.#at;
  }

  next(): Buffer {
    this.#at += 32;
    return this.#digests.subarray(this.#at - 32, this.#at);
  }
}

function readPath(reader: ByteReader, before: Entry | undefined): Buffer {
  const shared = reader.count(before?.path.length ?? 0, 'shared bytes of a path');
  const suffix = reader.bytes(MAX_PATH - shared);
  const path = Buffer.allocUnsafe(shared + suffix.length);
  before?.path.copy(path, 0, 0, shared);
  suffix.copy(path, shared);
  if (before !== undefined && comparePaths(before.path, path) >= 0) reader.fail('entries in order of their paths');
  return path;
}

function readEntry(reader: ByteReader, before: Entry | undefined, digests: DigestSource): Entry {
  const path = readPath(reader, before);
  const bits = reader.u8();
  const kind = KINDS[bits & KIND_MASK] ?? reader.fail('a known kind of entry');
  const same = (bits & SAME_OWNER) !== 0;
  if (same && before === undefined) reader.fail('mode and owner of a first entry');
  const mode = same ? (before as Entry).mode : reader.count(0o7777, 'as mode');
  const uid = same ? (before as Entry).uid : reader.varint();
  const gid = same ? (before as Entry).gid : reader.varint();
  const seconds = reader.zigzag();
  const mtimeNs = BigInt(seconds) * NANOS + BigInt(reader.count(999_999_999, 'nanoseconds'));
  const size = kind === 'file' ? reader.varint() : 0;
  const content = kind === 'file' ? readContent(reader, size, digests) : [];
  const linkTarget = kind === 'symlink' ? reader.bytes(MAX_PATH) : undefined;
  const hardLinkTo = (bits & HARD_LINK) === 0 ? undefined : reader.bytes(MAX_PATH);
  if ((bits & EXTRA) !== 0) reader.bytes(MAX_EXTRA);
  return {
    path,
    kind,
    mode,
    uid,
    gid,
    mtimeNs,
    size,
    content,
    linkTarget,
    hardLinkTo,
    sparse: (bits & SPARSE) !== 0 || undefined,
    torn: (bits & TORN) !== 0 || undefined,
  };
}

function readContent(reader: ByteReader, size: number, digests: DigestSource): BlobRef[] {
  const count = reader.count(Math.min(reader.left, digests.left / 32), 'blobs');
  const content: BlobRef[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = count === 1 ? size : reader.varint();
    total += length;
    content.push({ sha256: digests.next(), length });
  }
  // No blob at all: its content is absent.
  if (count > 0 && total !== size) reader.fail(`content of ${size} bytes, got ${total},`);
  return content;
}
