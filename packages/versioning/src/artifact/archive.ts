import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReader, type ZipFile } from 'yauzl';
import { shown } from '../errors.ts';
import { checkLocalHeader, damaged, DEFLATED, entryOf, unsafe } from './archive-entry.ts';
import { BlockReader } from './block-reader.ts';
import { codeOf } from './file-failure.ts';
import { type ArtifactLimits, LimitCheck } from './limits.ts';
import type { ArtifactEntry } from './model.ts';
import { PathSet } from './portable-path.ts';

/** An entry that passed all checks that can be made without its content. */
export interface ArchiveEntry extends ArtifactEntry {
  /** Its content in pieces, decompressed. It ends with an error where that is not as long as `size` or fails its CRC-32. */
  content(): AsyncIterable<Buffer>;
}

/** What is known of an archive, and how long the work on it may go on. */
export interface ArchiveOptions {
  /** Bytes of the file. */
  readonly size: number;
  readonly limits: ArtifactLimits | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Where an entry lies in the file, headers included, and its content. */
interface Extent {
  readonly name: string;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

/**
 * Reads the list of entries and checks all of it: names, kinds, limits, and that no two share bytes of the file.
 *
 * @throws {VersioningError} `UNSAFE_ARTIFACT`, `ARTIFACT_DAMAGED`, `ARTIFACT_TOO_LARGE`.
 */
export async function readArchive(file: FileHandle, options: ArchiveOptions): Promise<ArchiveEntry[]> {
  const reader = new BlockReader(file);
  const zip = await parsing(opened(reader, options.size));
  // yauzl has it under the name of what it becomes; its types call it a boolean.
  const listStart = Number(zip.readEntryCursor);
  const limits = new LimitCheck(options.limits);
  const paths = new PathSet();
  const listed: { readonly entry: ArtifactEntry; readonly raw: Entry }[] = [];
  for (const each = zip.eachEntry(); ;) {
    options.signal?.throwIfAborted();
    const next = await parsing(each.next());
    if (next.done === true) break;
    const raw = next.value;
    const entry = entryOf(raw);
    limits.add({ ...entry, compressedSize: raw.compressedSize });
    const flaw = paths.add(entry.path, entry.kind);
    if (flaw !== undefined) throw unsafe(entry.path, flaw);
    listed.push({ entry, raw });
  }
  const extents: Extent[] = [];
  const entries: ArchiveEntry[] = [];
  for (const { entry, raw } of listed) {
    options.signal?.throwIfAborted();
    const extent = await extentOf(zip, raw);
    extents.push(extent);
    entries.push({ ...entry, content: () => contentOf({ zip, reader }, raw, extent) });
  }
  checkExtents(extents, listStart);
  return entries;
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
  const isDamage = cause instanceof Error && !('syscall' in cause) && (codeOf(cause) ?? 'Z_').startsWith('Z_');
  return isDamage && cause.name !== 'AbortError' ? damaged(cause.message, cause) : cause;
}
