// Catalogs: pages and entries.
import { readBlob, type BlobName, type BlobStore } from './blobs.ts';
import { Cursor, demand, sha256 } from './sealed.ts';

const pathLimit = 65_536;
const pageLimit = 2 ** 26;

/** The kinds of entries, by their number. */
export const kinds = ['directory', 'file', 'symlink', 'socket', 'fifo', 'block', 'character'] as const;

/** One entry of a source. */
export interface Entry {
  readonly path: Buffer;
  readonly kind: (typeof kinds)[number];
  readonly sparse: boolean;
  readonly torn: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly size: number;
  readonly blobs: readonly BlobName[];
  readonly target: Buffer | undefined;
  readonly firstName: Buffer | undefined;
}

/** Whether only metadata of a file is there. */
export const isAbsent = ({ kind, size, blobs }: Entry): boolean => kind === 'file' && size > 0 && blobs.length === 0;

/** A page as its parent, or the record, names it. */
export interface PageName {
  readonly sha256: Buffer;
  readonly length: number;
  readonly height: number;
  readonly entries: number;
  /** The path of its first entry; of the top page it is not stated. */
  readonly first?: Buffer | undefined;
}

/** Whether path `a` comes before path `b`: `/` before all other bytes, the shorter one before what it begins. */
function isBefore(a: Buffer, b: Buffer): boolean {
  const rank = (byte: number): number => (byte === 0x2f ? -1 : byte);
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = rank(a[at] ?? 0) - rank(b[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return a.length < b.length;
}

interface Draft {
  readonly entry: Omit<Entry, 'blobs'>;
  readonly lengths: readonly number[];
}

function readWho(cursor: Cursor): Pick<Entry, 'mode' | 'uid' | 'gid'> {
  return { mode: cursor.varint(0o7777), uid: cursor.varint(), gid: cursor.varint() };
}

function readDraft(cursor: Cursor, before: Entry | undefined, digestsLeft: number): Draft {
  const shared = cursor.varint(before?.path.length ?? 0);
  const path = Buffer.concat([before?.path.subarray(0, shared) ?? Buffer.alloc(0), cursor.bytes(pathLimit - shared)]);
  const bits = cursor.u8();
  const kind = kinds[bits & 7];
  demand(kind !== undefined, 'An unknown kind of entry');
  const who = (bits & 0x80) === 0 ? readWho(cursor) : before;
  demand(who !== undefined, 'The first entry of a page has no mode');
  const { mode, uid, gid } = who;
  const [seconds, nanoseconds] = [cursor.zigzag(), cursor.varint(999_999_999)];
  const size = kind === 'file' ? cursor.varint() : 0;
  const count = kind === 'file' ? cursor.varint(digestsLeft) : 0;
  const lengths = count === 1 ? [size] : Array.from({ length: count }, () => cursor.varint(size));
  const sum = lengths.reduce((total, length) => total + length, 0);
  demand(count === 0 || sum === size, 'The blobs of a file do not make its size');
  const target = kind === 'symlink' ? cursor.bytes(pathLimit) : undefined;
  demand((bits & 0x40) === 0 || kind === 'file', 'A hard link that is no file');
  const firstName = (bits & 0x40) === 0 ? undefined : cursor.bytes(pathLimit);
  if ((bits & 0x08) !== 0) cursor.bytes(2 ** 20);
  const [sparse, torn] = [(bits & 0x10) !== 0, (bits & 0x20) !== 0];
  const attributes = { sparse, torn, mode, uid, gid, seconds, nanoseconds };
  return { entry: { path, kind, ...attributes, size, target, firstName }, lengths };
}

/** Parses a leaf page. */
export function parseLeaf(page: Buffer): Entry[] {
  const cursor = new Cursor(page);
  demand(cursor.u8() === 0, 'A page has another height');
  const count = cursor.varint(Math.min(65_536, cursor.left));
  const digests = cursor.varint(Math.floor(cursor.left / 32));
  const entriesEnd = page.length - 32 * digests;
  const entryCursor = new Cursor(page.subarray(0, entriesEnd));
  entryCursor.at = cursor.at;
  const entries: Entry[] = [];
  let digest = 0;
  let paths = 0;
  for (let index = 0; index < count; index += 1) {
    const before = entries.at(-1);
    const { entry, lengths } = readDraft(entryCursor, before, digests - digest);
    demand(before === undefined || isBefore(before.path, entry.path), 'Entries are not in order');
    paths += entry.path.length;
    demand(paths <= 2 ** 28, 'The paths of a page are too long');
    const blobs = lengths.map((length, place) => {
      const at = entriesEnd + 32 * (digest + place);
      return { type: 1 as const, sha256: page.subarray(at, at + 32), length };
    });
    digest += lengths.length;
    entries.push({ ...entry, blobs });
  }
  entryCursor.end();
  demand(digest === digests, 'A page has too many digests');
  return entries;
}

/** Parses a node page. */
function parseNode(page: Buffer, height: number): PageName[] {
  const cursor = new Cursor(page);
  demand(cursor.u8() === height, 'A page has another height');
  const children: PageName[] = [];
  for (let left = cursor.varint(cursor.left); left > 0; left -= 1) {
    const digest = cursor.raw(32);
    const [length, entries, first] = [cursor.varint(pageLimit), cursor.varint(), cursor.bytes(pathLimit)];
    const before = children.at(-1)?.first;
    demand(before === undefined || isBefore(before, first), 'Pages are not in order');
    children.push({ sha256: digest, length, height: height - 1, entries, first });
  }
  cursor.end();
  return children;
}

/** The leaves of a catalog: their digests and entries, in order. */
function* readLeaves(store: BlobStore, name: PageName): Generator<{ sha256: Buffer; entries: Entry[] }> {
  demand(name.height <= 8 && name.length <= pageLimit, 'A catalog is too high, or a page of it too large');
  const page = readBlob(store, { type: 2, sha256: name.sha256, length: name.length });
  if (name.height === 0) {
    const entries = parseLeaf(page);
    demand(entries.length === name.entries, 'A page has another number of entries than its parent says');
    demand(name.first === undefined || name.first.equals(entries[0]?.path ?? page), 'A page begins with another path');
    yield { sha256: name.sha256, entries };
    return;
  }
  const children = parseNode(page, name.height);
  const sum = children.reduce((total, child) => total + child.entries, 0);
  demand(sum === name.entries, 'A page has another number of entries than its parent says');
  demand(name.first === undefined || name.first.equals(children[0]?.first ?? page), 'A page begins with another path');
  for (const child of children) yield* readLeaves(store, child);
}

/** Reads a whole catalog, and checks what its record says about it. */
export function readCatalog(store: BlobStore, top: PageName, treeSha256: string): Entry[] {
  const entries: Entry[] = [];
  const digests: Buffer[] = [];
  for (const leaf of readLeaves(store, top)) {
    const [before, first] = [entries.at(-1), leaf.entries[0]];
    if (before && first) demand(isBefore(before.path, first.path), 'Pages are not in order');
    for (const entry of leaf.entries) entries.push(entry);
    digests.push(leaf.sha256);
  }
  demand(sha256(...digests).toString('hex') === treeSha256, 'The tree has another digest than its record says');
  return entries;
}

/** The digest of content that a record may state of a tree. */
export function contentSha256(entries: readonly Entry[]): string {
  const parts: Buffer[] = [];
  const number = (value: number, bytes: 4 | 8): Buffer =>
    Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
  for (const { path, kind, size, blobs, target } of entries) {
    if (!['directory', 'file', 'symlink'].includes(kind)) continue;
    parts.push(Buffer.from(kind === 'symlink' ? 'l' : kind.charAt(0)), number(path.length, 4), path);
    if (target !== undefined) parts.push(number(target.length, 4), target);
    if (kind !== 'file') continue;
    parts.push(number(size, 8), number(blobs.length, 4));
    for (const blob of blobs) parts.push(blob.sha256, number(blob.length, 4));
  }
  return sha256(...parts).toString('hex');
}
