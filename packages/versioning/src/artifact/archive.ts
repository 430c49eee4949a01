import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Entry, fromRandomAccessReader, type ZipFile } from 'yauzl';
import { checkLocalHeader, damaged, entryOf, unsafe } from './archive-entry.ts';
import { BlockReader } from './block-reader.ts';
import { codeOf } from './file-failure.ts';
import { type ArtifactLimits, LimitCheck } from './limits.ts';
import type { ArtifactEntry } from './model.ts';
import { PathSet } from './portable-path.ts';

/** An entry that passed all checks that can be made without its content. */
export interface ArchiveEntry extends ArtifactEntry {
  readonly crc32: number;
  /** Opens its content, decompressed. It ends with an error where there are more or fewer bytes than `size`. */
  open(): Promise<Readable>;
}

/** What is known of an archive, and how long the work on it may go on. */
export interface ArchiveOptions {
  /** Bytes of the file. */
  readonly size: number;
  readonly limits: ArtifactLimits | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Where an entry lies in the file, headers included. */
interface Extent {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the list of entries and checks all of it: names, kinds, limits, and that no two share bytes of the file.
 *
 * @throws {VersioningError} `UNSAFE_ARTIFACT`, `ARTIFACT_DAMAGED`, `ARTIFACT_TOO_LARGE`.
 */
export async function readArchive(file: FileHandle, options: ArchiveOptions): Promise<ArchiveEntry[]> {
  const zip = await parsing(opened(file, options.size));
  // yauzl has it under the name of what it becomes; its types call it a boolean.
  const listStart = Number(zip.readEntryCursor);
  const limits = new LimitCheck(options.limits);
  const paths = new PathSet();
  const entries: ArchiveEntry[] = [];
  const raws: Entry[] = [];
  for (const each = zip.eachEntry(); ;) {
    options.signal?.throwIfAborted();
    const next = await parsing(each.next());
    if (next.done === true) break;
    const raw = next.value;
    const entry = entryOf(raw);
    limits.add({ ...entry, compressedSize: raw.compressedSize });
    const flaw = paths.add(entry.path, entry.kind);
    if (flaw !== undefined) throw unsafe(entry.path, flaw);
    entries.push({ ...entry, crc32: raw.crc32, open: () => parsing(zip.openReadStreamPromise(raw)) });
    raws.push(raw);
  }
  const extents: Extent[] = [];
  for (const raw of raws) {
    options.signal?.throwIfAborted();
    extents.push(await extentOf(zip, raw));
  }
  checkExtents(extents, listStart);
  return entries;
}

function opened(file: FileHandle, size: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are decoded by us: what yauzl makes of them depends on flags that other readers pass over.
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true };
    fromRandomAccessReader(new BlockReader(file), size, options, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });
}

async function extentOf(zip: ZipFile, raw: Entry): Promise<Extent> {
  const local = await parsing(zip.readLocalFileHeaderPromise(raw));
  checkLocalHeader(raw, local);
  const end = local.fileDataStart + raw.compressedSize;
  return { name: raw.fileNameRaw.toString('utf8'), start: raw.relativeOffsetOfLocalHeader, end };
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
export async function parsing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw failureOf(cause);
  }
}

/** The error for what went wrong while an archive was read. */
export function failureOf(cause: unknown): unknown {
  const isDamage = cause instanceof Error && !('syscall' in cause) && (codeOf(cause) ?? 'Z_').startsWith('Z_');
  return isDamage && cause.name !== 'AbortError' ? damaged(cause.message, cause) : cause;
}
