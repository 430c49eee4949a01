import { type BlobRef, type Entry, isAbsent } from '../catalog/entry.ts';
import { isWithin } from '../catalog/path-order.ts';
import { BLOB } from '../pack/directory.ts';
import type { ContentsOptions, SnapshotEntry } from '../repository/contract.ts';
import { type Selection, selection } from '../restore/selection.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import { contentAbsent } from './content-absent.ts';
import { locate, sourcePath } from './locate.ts';
import type { TenantSnapshot } from './resolve.ts';
import { catalogEntries } from './source-entries.ts';

/** Lists entries of a snapshot with their contents, in path order, source by source. @throws {BackupError} `PATH_NOT_FOUND`. */
export async function* listContents(
  { tenant, record }: TenantSnapshot,
  options: ContentsOptions,
  readers: number,
): AsyncGenerator<SnapshotEntry, void, undefined> {
  const wanted = selection(options.include, options.exclude);
  for (const { source, within } of locate(record, options.path)) {
    const number = record.sources.indexOf(source);
    const chosen = new Chosen(sourcePath(source), wanted);
    for await (const page of catalogEntries(tenant, source, within)) {
      const entries = page.flatMap((entry) => chosen.next(entry));
      const ahead = new BlobsAhead(tenant, entries, readers);
      for (const [at, entry] of entries.entries()) {
        checkAborted(options.signal);
        const { content: _, ...facts } = entry;
        const path = joinPath(sourcePath(source), entry.path);
        yield { ...facts, source: number, content: () => contentOf(entry, path, ahead.content(at, options.signal)) };
      }
    }
  }
}

/** @throws {BackupError} `CONTENT_ABSENT`. */
async function* contentOf(
  entry: Entry,
  path: Buffer,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (isAbsent(entry)) throw contentAbsent(displayPath(path).path);
  yield* content;
}

/** Entries that are wanted, each after the folders above it. */
class Chosen {
  readonly #folder: Buffer;
  readonly #wanted: Selection;
  /** Folders that are not wanted themselves, until something in them is. */
  #above: Entry[] = [];

  constructor(folder: Buffer, wanted: Selection) {
    this.#folder = folder;
    this.#wanted = wanted;
  }

  next(entry: Entry): Entry[] {
    const isDirectory = entry.kind === 'directory';
    if (this.#wanted.everything) return [entry];
    this.#above = this.#above.filter(({ path }) => isWithin(entry.path, path));
    if (this.#wanted.wants(joinPath(this.#folder, entry.path), isDirectory)) {
      const above = this.#above;
      this.#above = [];
      return [...above, entry];
    }
    if (isDirectory) this.#above.push(entry);
    return [];
  }
}

/** Reads the contents of some entries in their order; some blobs are fetched ahead, those of the entries that follow included. */
class BlobsAhead {
  readonly #tenant: OpenTenant;
  readonly #readers: number;
  readonly #blobs: readonly BlobRef[];
  /** Where the blobs of each entry begin. */
  readonly #starts: readonly number[];
  readonly #running = new Map<number, Promise<Uint8Array>>();

  constructor(tenant: OpenTenant, entries: readonly Entry[], readers: number) {
    this.#tenant = tenant;
    this.#readers = readers;
    this.#blobs = entries.flatMap(({ content }) => content);
    let start = 0;
    this.#starts = entries.map(({ content }) => (start += content.length) - content.length);
  }

  async *content(entry: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
    const end = this.#starts[entry + 1] ?? this.#blobs.length;
    for (let at = this.#starts[entry] ?? end; at < end; at++) {
      checkAborted(signal);
      // What was fetched for entries that nobody has read is let go.
      for (const early of this.#running.keys()) if (early < at) this.#running.delete(early);
      for (let next = at; next < at + this.#readers; next++) this.#fetch(next);
      yield await (this.#running.get(at) as Promise<Uint8Array>);
      this.#running.delete(at);
    }
  }

  #fetch(at: number): void {
    const blob = this.#blobs[at];
    if (blob === undefined || this.#running.has(at)) return;
    const bytes = this.#tenant.blobs.read(BLOB.data, blob);
    // Reported when its turn comes, if it does.
    bytes.catch(() => undefined);
    this.#running.set(at, bytes);
  }
}
