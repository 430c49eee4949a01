import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReader, type ZipFile } from 'yauzl';
import { damaged, shown, unsafe } from './archive-failure.ts';
import { BlockReader, type RandomAccess } from './block-reader.ts';
import { PathSet } from './portable-path.ts';
import { checkLocalHeader, DEFLATED, entryOf, type ZipEntry } from './zip-entry.ts';
import { LimitCheck, type ZipLimits } from './zip-limits.ts';

/** An entry that passed all checks that can be made without its content. */
export interface ReadableZipEntry extends ZipEntry {
  /** What the archive says of it, and where it lies. */
  readonly record: ZipPlace;
  /**
   * Its content in pieces, decompressed. It ends with an error where that is not as long as `size` or fails its CRC-32.
   *
   * @throws {IntegrityError} `ARCHIVE_DAMAGED`.
   */
  content(): AsyncIterable<Buffer>;
}

/** Where an entry lies in an archive. Bytes. */
export interface ZipPlace {
  readonly offset: number;
  readonly contentStart: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly method: 'stored' | 'deflated';
}

/** How an archive is read. */
export interface ReadZipOptions {
  /** Bytes of the file. */
  readonly size: number;
  readonly limits?: ZipLimits | undefined;
  /** Whether entries may be symbolic links. Nothing may lie below one. Default: such an archive is refused. */
  readonly takesLinks?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An archive whose list of entries has passed all checks. */
export interface ReadableZip {
  readonly entries: readonly ReadableZipEntry[];
  /** Where the list of entries begins. */
  readonly listStart: number;
}

/** Where an entry lies in the file, headers included, and its content. */
interface Extent {
  readonly name: string;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

/**
 * Reads the list of entries of a ZIP and checks all of it before anything is used: names (no way out of the folder, nothing that some
 * system does not allow, no two that some system takes for one), kinds, limits, headers that contradict each other, and that no two
 * entries share bytes. Some hundred bytes of memory for each entry.
 *
 * Most users never need this: backups and releases are read by what is built on it.
 *
 * @throws {IntegrityError} `UNSAFE_ARCHIVE`, `ARCHIVE_DAMAGED`, `TOO_LARGE`; `INVALID_OPTION` for limits that are none.
 * @example
 * ```ts
 * import { open } from 'node:fs/promises';
 * import { readZip } from '@x/integrity/archive';
 *
 * await using file = await open('from-somebody.zip');
 * const { size } = await file.stat();
 * for (const { path } of (await readZip(file, { size })).entries) console.log(path);
 * ```
 */
export async function readZip(file: RandomAccess, options: ReadZipOptions): Promise<ReadableZip> {
  const limits = new LimitCheck(options.limits);
  const reader = new BlockReader(file);
  const zip = await parsing(opened(reader, options.size));
  // yauzl has it under the name of what it becomes; its types call it a boolean.
  const listStart = Number(zip.readEntryCursor);
  const listed = await listedEntries(zip, { ...options, limits });
  const extents: Extent[] = [];
  const entries: ReadableZipEntry[] = [];
  for (const { entry, raw } of listed) {
    options.signal?.throwIfAborted();
    const extent = await extentOf(zip, raw);
    extents.push(extent);
    entries.push({
      ...entry,
      record: {
        offset: extent.start,
        contentStart: extent.contentStart,
        compressedSize: raw.compressedSize,
        crc32: raw.crc32,
        method: raw.compressionMethod === DEFLATED ? 'deflated' : 'stored',
      },
      content: () => contentOf({ zip, reader }, raw, extent),
    });
  }
  checkExtents(extents, listStart);
  return { entries, listStart };
}

interface Listing extends Pick<ReadZipOptions, 'signal' | 'takesLinks'> {
  readonly limits: LimitCheck;
}

async function listedEntries(
  zip: ZipFile,
  { limits, signal, takesLinks = false }: Listing,
): Promise<{ readonly entry: ZipEntry; readonly raw: Entry }[]> {
  const paths = new PathSet();
  const listed: { readonly entry: ZipEntry; readonly raw: Entry }[] = [];
  for (const each = zip.eachEntry(); ;) {
    signal?.throwIfAborted();
    const next = await parsing(each.next());
    if (next.done === true) return listed;
    const raw = next.value;
    const entry = entryOf(raw, takesLinks);
    limits.add({ ...entry, compressedSize: raw.compressedSize });
    const flaw = paths.add(entry.path, entry.kind === 'directory' ? 'directory' : 'file');
    if (flaw !== undefined) throw unsafe(entry.path, flaw);
    listed.push({ entry, raw });
  }
}

function opened(reader: BlockReader, size: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are decoded by us: what yauzl makes of them depends on flags that other readers pass over.
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true };
    fromRandomAccessReader(reader, size, options, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });
}

async function extentOf(zip: ZipFile, raw: Entry): Promise<Extent> {
  const local = await parsing(zip.readLocalFileHeaderPromise(raw));
  checkLocalHeader(raw, local);
  const contentStart = local.fileDataStart;
  const start = raw.relativeOffsetOfLocalHeader;
  return { name: raw.fileNameRaw.toString('utf8'), start, contentStart, end: contentStart + raw.compressedSize };
}

interface Opened {
  readonly zip: ZipFile;
  readonly reader: BlockReader;
}

async function* contentOf({ zip, reader }: Opened, raw: Entry, extent: Extent): AsyncGenerator<Buffer> {
  const { name, contentStart, end } = extent;
  try {
    // What is stored needs none of yauzl's streams, which for small files cost more than all the rest.
    const isDeflated = raw.compressionMethod === DEFLATED;
    const pieces = isDeflated ? await inflated(zip, raw, contentStart) : reader.range(contentStart, end);
    let found = 0;
    for await (const piece of pieces as AsyncIterable<Buffer>) {
      found = crc32(piece, found);
      yield piece;
    }
    if (found !== raw.crc32) throw damaged(`another checksum than it says in ${shown(name)}`);
  } catch (cause) {
    throw failureOf(cause);
  }
}

/** Not through `openReadStream`, which would read the header before the content once more. */
function inflated(zip: ZipFile, { compressedSize, uncompressedSize }: Entry, contentStart: number): Promise<Readable> {
  return new Promise((resolve, reject) => {
    const range = [contentStart, compressedSize, 0, compressedSize] as const;
    zip.openReadStreamLowLevel(...range, true, uncompressedSize, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(error);
    });
  });
}

/** Entries that share bytes make archives that grow without bound (Fifield, "A better zip bomb", 2019). */
function checkExtents(extents: readonly Extent[], listStart: number): void {
  let end = 0;
  for (const extent of extents.toSorted((a, b) => a.start - b.start)) {
    if (extent.start < end) throw unsafe(extent.name, 'shares bytes with another entry');
    if (extent.end > listStart) throw unsafe(extent.name, 'reaches into the list of entries');
    ({ end } = extent);
  }
}

/** What yauzl and zlib complain of is damage; what the system refuses is not. */
async function parsing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw failureOf(cause);
  }
}

/** The error for what went wrong while an archive was read. */
function failureOf(cause: unknown): unknown {
  const { code = 'Z_' } = (cause ?? {}) as { code?: unknown };
  const isDamage = cause instanceof Error && !('syscall' in cause) && typeof code === 'string' && code.startsWith('Z_');
  return isDamage && cause.name !== 'AbortError' ? damaged(cause.message, cause) : cause;
}
