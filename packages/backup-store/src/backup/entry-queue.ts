import type { BlobRef, Entry } from '../catalog/entry.ts';
import type { CachedEntry } from '../source/scan-cache.ts';
import type { FileState } from './file-jobs.ts';

/** An entry on its way into the catalog. */
export interface QueuedEntry {
  readonly entry: Omit<Entry, 'content'>;
  readonly cached: CachedEntry;
  /** Known once the file was read. */
  content?: readonly BlobRef[] | undefined;
  torn?: boolean | undefined;
  /** What the file was when it was read, if not what the scan saw. */
  now?: FileState | undefined;
  /** The first entry of the same inode: its content is this one's too. */
  linkOf?: QueuedEntry | undefined;
  /** The others that wait for it. */
  links?: QueuedEntry[] | undefined;
  /** It could not be read: it is left out. */
  failed?: boolean | undefined;
}

/** Keeps entries in catalog order while their content is read by several threads in any order. */
export class EntryQueue {
  readonly #write: (entry: Entry, cached: CachedEntry) => void;
  #entries: QueuedEntry[] = [];
  #head = 0;

  constructor(write: (entry: Entry, cached: CachedEntry) => void) {
    this.#write = write;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  push(entry: QueuedEntry): void {
    this.#entries.push(entry);
  }

  /** Writes the entries at the head that are ready. */
  drain(): void {
    for (; this.#head < this.#entries.length; this.#head++) {
      const queued = this.#entries[this.#head] as QueuedEntry;
      const source = queued.linkOf ?? queued;
      if (queued.failed === true || source.failed === true) continue;
      if (source.content === undefined) break;
      this.#emit(queued, source, source.content);
    }
    if (this.#head > 4096 || this.#head === this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #emit(queued: QueuedEntry, source: QueuedEntry, content: readonly BlobRef[]): void {
    const { now } = source;
    // A link was looked at later than the first of its names: all get what the file was when it was read.
    const { size, mtimeNs, mode } = now ?? source.entry;
    const fresh = { size, mtimeNs, mode };
    const isSame = queued.entry.size === size && queued.entry.mtimeNs === mtimeNs;
    if (now === undefined && source.torn !== true && isSame) {
      this.#write({ ...queued.entry, content }, queued.cached);
      return;
    }
    // A file that changed under the reader is never taken for unchanged.
    this.#write(
      { ...queued.entry, ...fresh, torn: source.torn || undefined, content },
      { ...queued.cached, ctimeNs: 0n },
    );
  }
}
