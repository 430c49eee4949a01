import { type BlobRef, isAbsent } from '../catalog/entry.ts';
import { joinPath } from '../run/display-path.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { ScannedEntry } from '../source/scanned-entry.ts';
import type { ScanItem } from '../source/walk.ts';
import type { MutableCounts } from './counts.ts';
import type { EntryQueue, QueuedEntry } from './entry-queue.ts';
import type { FileOutcome } from './file-jobs.ts';
import { type FileRequest, sameContent } from './file-reader.ts';
import type { Reading } from './reading.ts';
import type { PreviousCursor, PreviousEntry } from './previous-cursor.ts';
import type { Problems } from './problems.ts';
import type { UnchangedSample } from './unchanged-sample.ts';

/** Entries with a change time this close to the scan's start may change again without a trace: they are read next time. */
const RACY_NS = 50_000_000n;

/** The list of a larger file's chunks could exceed what a reader of catalogs accepts. */
const MAX_FILE_BYTES = 1024 ** 4;

/** What a merge works with. */
export interface MergeParts {
  /** Absolute path of the source's root. */
  readonly root: Buffer;
  /** Nanoseconds since 1970. */
  readonly scanStartNs: bigint;
  readonly previous: PreviousCursor;
  readonly queue: EntryQueue;
  readonly counts: MutableCounts;
  readonly problems: Problems;
  readonly progress: ProgressMeter;
  readonly sample: UnchangedSample;
  readonly reading: Reading;
  /** Whether all this content is stored. */
  readonly has: (content: readonly BlobRef[]) => boolean;
  /** Absent when nothing shall be read. */
  readonly read?: ((request: FileRequest) => Promise<void> | undefined) | undefined;
}

/** Decides for each scanned entry whether it is as it was, and has read what is not. */
export class SourceMerge {
  readonly #parts: MergeParts;
  /** First entries of inodes with several links, while more may come. */
  readonly #links = new Map<string, { queued: QueuedEntry; left: number }>();

  constructor(parts: MergeParts) {
    this.#parts = parts;
  }

  /** A promise only where there is something to wait for: most entries are told at once, and there are many. */
  add(item: ScanItem): Promise<void> | undefined {
    if ('failure' in item) {
      const { path, code, message } = item.failure;
      this.#parts.problems.add(joinPath(this.#parts.root, path), { code, message });
      return undefined;
    }
    const { entry } = item;
    const previous = this.#parts.previous.seek(entry.path);
    if (previous === 'more') return this.#afterMore(entry);
    return this.#add(entry, previous === 'absent' ? undefined : previous);
  }

  async #afterMore(entry: ScannedEntry): Promise<void> {
    const { previous } = this.#parts;
    let found = previous.seek(entry.path);
    while (found === 'more') {
      await previous.more();
      found = previous.seek(entry.path);
    }
    await this.#add(entry, found === 'absent' ? undefined : found);
  }

  #add(entry: ScannedEntry, previous: PreviousEntry | undefined): Promise<void> | undefined {
    if (entry.kind === 'file') return this.#file(entry, previous);
    if (entry.kind === 'directory') this.#parts.counts.directories++;
    else this.#parts.counts.others++;
    this.#parts.queue.push({ entry: plain(entry), cached: this.#cached(entry), content: [] });
    return undefined;
  }

  #cached(entry: ScannedEntry): { ctimeNs: bigint; ino: bigint } {
    const racy =
      entry.ctimeNs >= this.#parts.scanStartNs - RACY_NS || entry.mtimeNs >= this.#parts.scanStartNs - RACY_NS;
    return { ctimeNs: racy ? 0n : entry.ctimeNs, ino: entry.ino };
  }

  #file(entry: ScannedEntry, previous: PreviousEntry | undefined): Promise<void> | undefined {
    const { counts, progress, queue, sample } = this.#parts;
    counts.bytesTotal += entry.size;
    progress.counts.filesTotal++;
    progress.counts.bytesTotal += entry.size;
    const first = this.#firstLink(entry);
    const queued: QueuedEntry = { entry: plain(entry, first?.entry.path), cached: this.#cached(entry), linkOf: first };
    if (first === undefined && entry.nlink > 1) this.#links.set(inode(entry), { queued, left: entry.nlink - 1 });
    queue.push(queued);
    if (first !== undefined) {
      (first.links ??= []).push(queued);
      this.#done(entry, previous === undefined ? 'filesNew' : 'filesUnchanged');
      return undefined;
    }
    if (previous !== undefined && this.#isUnchanged(entry, previous)) {
      queued.content = previous.entry.content;
      progress.counts.bytesReused += entry.size;
      sample.offer(entry, previous.entry.content);
      this.#done(entry, 'filesUnchanged');
      return undefined;
    }
    if (this.#parts.reading !== 'metadata') return this.#read(entry, queued, previous);
    queued.content = [];
    this.#done(entry, previous?.entry.kind === 'file' ? 'filesChanged' : 'filesNew');
    return undefined;
  }

  /** The first entry of the same inode, for files with several links. */
  #firstLink(entry: ScannedEntry): QueuedEntry | undefined {
    if (entry.nlink < 2) return undefined;
    const key = inode(entry);
    const link = this.#links.get(key);
    if (link === undefined) return undefined;
    if (--link.left === 0 || link.queued.failed === true) this.#links.delete(key);
    return link.queued.failed === true ? undefined : link.queued;
  }

  #isUnchanged(entry: ScannedEntry, { entry: before, cached }: PreviousEntry): boolean {
    return (
      this.#parts.reading !== 'everything' &&
      before.kind === 'file' &&
      !isAbsent(before) &&
      cached !== undefined &&
      cached.ctimeNs === entry.ctimeNs &&
      cached.ino === entry.ino &&
      before.size === entry.size &&
      before.mtimeNs === entry.mtimeNs &&
      before.torn !== true &&
      this.#parts.has(before.content)
    );
  }

  #read(entry: ScannedEntry, queued: QueuedEntry, previous: PreviousEntry | undefined): Promise<void> | undefined {
    const { root, read, counts } = this.#parts;
    if (read === undefined) {
      queued.content = [];
      counts.bytesRead += entry.size;
      this.#done(entry, previous?.entry.kind === 'file' ? 'filesChanged' : 'filesNew');
      return undefined;
    }
    const path = joinPath(root, entry.path);
    const { size, mtimeNs, ctimeNs } = entry;
    if (size > MAX_FILE_BYTES) {
      const message = `Expected a file of at most 1 TiB, got ${size} bytes`;
      this.#finish({ entry, queued, previous, path, told: 0 }, { ok: false, code: 'TOO_LARGE', message });
      return undefined;
    }
    const file: FileUnderWay = { entry, queued, previous, path, told: 0 };
    return read({
      job: { path, size, mtimeNs, ctimeNs },
      done: (outcome) => this.#finish(file, outcome),
      progress: (bytes) => this.#tell(file, bytes),
    });
  }

  /** Part of a large file is read. */
  #tell(file: FileUnderWay, bytes: number): void {
    const { progress } = this.#parts;
    const more = Math.min(bytes, file.entry.size - file.told);
    file.told += more;
    progress.counts.bytesDone += more;
    progress.tick(() => file.path.toString('utf8'));
  }

  #finish(file: FileUnderWay, outcome: FileOutcome): void {
    const { entry, queued, previous, path } = file;
    const { counts, problems, progress } = this.#parts;
    // What was told before is not counted again below.
    progress.counts.bytesDone -= file.told;
    if (!outcome.ok) {
      queued.failed = true;
      const failure = { code: outcome.code, message: outcome.message };
      problems.add(path, failure);
      // They are left out too. Links that come from now on are read by themselves.
      for (const link of queued.links ?? []) problems.add(joinPath(this.#parts.root, link.entry.path), failure);
      progress.counts.filesDone++;
      progress.counts.bytesDone += entry.size;
      return;
    }
    queued.content = outcome.content;
    queued.torn = outcome.torn || undefined;
    queued.now = outcome.now;
    if (outcome.torn)
      problems.add(path, {
        code: 'TORN',
        message: 'The file changed while it was read, twice: its copy is a mixture of states',
      });
    const bytes = outcome.now?.size ?? entry.size;
    counts.bytesRead += bytes;
    counts.bytesNew += outcome.bytesNew;
    progress.counts.bytesReused += bytes - outcome.bytesNew;
    const same = previous?.entry.kind === 'file' && sameContent(previous.entry.content, outcome.content);
    this.#done(entry, same ? 'filesUnchanged' : previous === undefined ? 'filesNew' : 'filesChanged');
  }

  #done(entry: ScannedEntry, count: 'filesNew' | 'filesChanged' | 'filesUnchanged'): void {
    const { counts, progress, root } = this.#parts;
    counts[count]++;
    progress.counts.filesDone++;
    progress.counts.bytesDone += entry.size;
    progress.tick(() => joinPath(root, entry.path).toString('utf8'));
  }
}

/** A file that is being read. */
interface FileUnderWay {
  readonly entry: ScannedEntry;
  readonly queued: QueuedEntry;
  readonly previous: PreviousEntry | undefined;
  readonly path: Buffer;
  /** Bytes told as done before the whole file is. */
  told: number;
}

const inode = (entry: ScannedEntry): string => `${entry.dev}:${entry.ino}`;

/** The part of an entry that a scan knows. The path is copied: a view would keep the scan's whole batch. */
function plain(entry: ScannedEntry, hardLinkTo?: Buffer): QueuedEntry['entry'] {
  const { kind, mode, uid, gid, mtimeNs, linkTarget } = entry;
  return {
    path: Buffer.from(entry.path),
    kind,
    mode,
    uid,
    gid,
    mtimeNs,
    hardLinkTo,
    size: kind === 'file' ? entry.size : 0,
    sparse: (kind === 'file' && entry.sparse) || undefined,
    linkTarget: linkTarget === undefined ? undefined : Buffer.from(linkTarget),
  };
}
