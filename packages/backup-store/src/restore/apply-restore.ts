import type { EntryProblem, RestoreOptions } from '../repository/contract.ts';
import { readStored } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Extent } from '../pack/extent.ts';
import { PackKeys } from '../pack/pack-keys.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import { fetchMoving, type LostContent, type MovedContent } from './moved-content.ts';
import { inParallel } from '../run/parallel.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import { openTreeSink } from '../sink/tree-sink.ts';
import type { TreeSink } from '../sink/contract.ts';
import { JobPool } from '../threads/job-pool.ts';
import { type BlobUse, type ContentPlan, planContent, planLinks } from './content-plan.ts';
import { entryFailure } from './entry-failure.ts';
import { FileProgress } from './file-progress.ts';
import type { InternalPlan, RestoreItem } from './restore-item.ts';
import { encodeRelease, type RestoreInit } from './restore-role.ts';
import { type BlobWrite, decodeFailures, encodeWriteJob, type FrameWrites } from './write-job.ts';

/** What was done. */
export interface Applied {
  filesWritten: number;
  entriesKept: number;
  entriesDeleted: number;
  bytesWritten: number;
  bytesFetched: number;
  readonly problems: EntryProblem[];
}

/** Does what a plan says. What fails for one entry is reported and the rest goes on. */
export class RestoreApplication implements AsyncDisposable {
  readonly applied: Applied = {
    filesWritten: 0,
    entriesKept: 0,
    entriesDeleted: 0,
    bytesWritten: 0,
    bytesFetched: 0,
    problems: [],
  };
  readonly #context: RunContext;
  readonly #tenant: OpenTenant;
  readonly #plan: InternalPlan;
  readonly #options: RestoreOptions;
  readonly #meter: ProgressMeter;
  readonly #sinks: TreeSink[] = [];
  readonly #failed = new Set<number>();
  readonly #keys: PackKeys;
  readonly #pool: JobPool;
  readonly #files: FileProgress;

  constructor(parts: {
    context: RunContext;
    tenant: OpenTenant;
    plan: InternalPlan;
    options: RestoreOptions;
    meter: ProgressMeter;
  }) {
    this.#context = parts.context;
    this.#tenant = parts.tenant;
    this.#plan = parts.plan;
    this.#options = parts.options;
    this.#meter = parts.meter;
    this.#keys = new PackKeys(parts.context.sealed.repositoryId, parts.tenant.tenant);
    const init: RestoreInit = { trees: parts.plan.trees.map(({ root }) => root) };
    this.#pool = new JobPool('restore', init, { ...parts.context.threads, threads: parts.context.performance.workers });
    this.#files = new FileProgress(
      parts.plan.items,
      (tree) => this.#sink(tree),
      (item, temp) => this.#pool.notify(encodeRelease(item.tree, item.path, temp)),
    );
  }

  #sink(tree: number): TreeSink {
    return (this.#sinks[tree] ??= openTreeSink(this.#plan.trees[tree]?.root as Buffer));
  }

  async run(): Promise<Applied> {
    const { items } = this.#plan;
    const links = planLinks(items);
    const content = planContent(this.#tenant, items, new Set(links.keys()));
    this.#meter.counts.bytesTotal = content.bytes;
    this.#meter.totalKnown = true;
    this.#each(
      (item) => item.entry.kind === 'directory',
      (item, sink) => this.#directory(item, sink),
    );
    await this.#content(content);
    this.#each(
      (item) => item.entry.kind !== 'directory' && item.action !== 'delete',
      (item, sink, number) => this.#small(item, sink, links.has(number)),
    );
    for (const [number, first] of links) this.#link(number, first);
    // What could not be restored may be there under another name: then nothing goes.
    const isComplete = this.applied.problems.length === 0;
    this.#each(
      (item) => item.action === 'delete',
      (item, sink) => {
        if (!isComplete) this.applied.entriesKept++;
        else if (sink.removeTree(item.path)) this.applied.entriesDeleted++;
      },
    );
    this.#directoryMetadata();
    return this.applied;
  }

  /** Does something for each item of a kind; what fails is a problem of that item. */
  #each(which: (item: RestoreItem) => boolean, act: (item: RestoreItem, sink: TreeSink, number: number) => void): void {
    for (const [number, item] of this.#plan.items.entries()) {
      if (!which(item) || this.#failed.has(number)) continue;
      checkAborted(this.#options.signal);
      try {
        act(item, this.#sink(item.tree), number);
      } catch (error) {
        this.#problem(number, error);
      }
    }
  }

  #problem(number: number, error: unknown, object?: string): void {
    if (this.#failed.has(number)) return;
    const failure = entryFailure(error);
    this.#failed.add(number);
    const { tree, path } = this.#plan.items[number] as RestoreItem;
    const shown = displayPath(joinPath(this.#plan.trees[tree]?.root as Buffer, path));
    this.applied.problems.push({
      ...shown,
      ...failure,
      ...(object === undefined ? {} : { object }),
    });
  }

  #directory(item: RestoreItem, sink: TreeSink): void {
    if (item.action === 'keep') this.applied.entriesKept++;
    if (item.action !== 'create' && item.action !== 'overwrite') return;
    if (item.found !== undefined && item.found.kind !== 'directory') sink.remove(item.path);
    sink.makeDirectory(item.path);
  }

  /** Links, metadata of kept files, and files without content. */
  #small(item: RestoreItem, sink: TreeSink, isLink: boolean): void {
    const { action, entry, path } = item;
    if (action === 'keep') this.applied.entriesKept++;
    if (action === 'metadata') sink.setMetadata(path, entry.kind, entry);
    if ((action !== 'create' && action !== 'overwrite') || isLink) return;
    // Files with content are in place by now: what was there before them went when they were written.
    if (entry.kind === 'file' && entry.content.length > 0) return;
    this.#clear(item, sink);
    if (entry.kind === 'symlink') sink.makeSymlink(path, entry.linkTarget ?? Buffer.alloc(0), entry);
    else {
      sink.writeFile(path, [], entry);
      this.#written(entry.size);
    }
  }

  /** A directory in the place of a file goes only if deleting was asked for. */
  #clear(item: RestoreItem, sink: TreeSink): void {
    if (item.found?.kind === 'directory' && this.#options.delete === true) sink.removeTree(item.path);
  }

  #link(number: number, first: number): void {
    const item = this.#plan.items[number] as RestoreItem;
    try {
      if (this.#failed.has(first))
        throw new BackupError('PATH_FAILED', 'Expected the file that this is a link to, it could not be restored');
      this.#clear(item, this.#sink(item.tree));
      this.#sink(item.tree).makeHardLink(item.path, (this.#plan.items[first] as RestoreItem).path);
      this.#written(0);
    } catch (error) {
      this.#problem(number, error);
    }
  }

  #written(bytes: number): void {
    this.applied.filesWritten++;
    this.applied.bytesWritten += bytes;
    this.#meter.counts.filesDone++;
    this.#meter.counts.bytesDone += bytes;
  }

  async #content(content: ContentPlan): Promise<void> {
    for (const number of content.missing) {
      this.#problem(number, { code: 'BLOB_MISSING', message: 'No index names a place for some of its data' });
    }
    this.#each(
      (item) => item.entry.kind === 'file' && item.found?.kind === 'directory' && item.action === 'overwrite',
      (item, sink) => this.#clear(item, sink),
    );
    try {
      const { signal } = this.#options;
      const lost = await fetchMoving(this.#tenant, { items: this.#plan.items, content, signal }, async (what) => {
        const missed: LostContent[] = [];
        await inParallel(what.extents, this.#context.performance.readers, async (extent) => {
          checkAborted(signal);
          missed.push(...(await this.#extent(extent, what)));
          this.#meter.tick();
        });
        return missed;
      });
      for (const { uses, error, object } of lost) this.#lost(uses, error, object);
    } finally {
      this.#files.dropAll();
    }
  }

  /** Writes what an extent holds. @returns What could not be read. */
  async #extent(extent: Extent, content: MovedContent): Promise<LostContent[]> {
    const uses = extent.frames.flatMap((frame) => content.uses.get(frame.number) ?? []);
    let object: ReturnType<PackKeys['open']> | undefined;
    let sealed: Uint8Array;
    try {
      object = this.#keys.open((extent.frames[0] as Extent['frames'][number]).pack);
      const { signal } = this.#options;
      sealed = await readStored(this.#context.sealed.store, object.name, { range: extent.range, signal });
    } catch (error) {
      return [{ uses, error, object: object?.name }];
    }
    this.applied.bytesFetched += sealed.length;
    this.#meter.counts.bytesStored += sealed.length;
    const frames = extent.frames.map((frame): FrameWrites => ({
      frame,
      writes: this.#writes(content.uses.get(frame.number) ?? []),
    }));
    const failures = decodeFailures(
      await this.#pool.run(encodeWriteJob(object, extent.range.firstBlock, frames), sealed),
    );
    for (const failure of failures) this.#problem(failure.file, failure, failure.object);
    this.#finished(uses);
    return [];
  }

  #writes(uses: readonly BlobUse[]): BlobWrite[] {
    return uses.flatMap((use): BlobWrite[] => {
      const { tree, path, entry } = this.#plan.items[use.file] as RestoreItem;
      const blob = entry.content[use.part] as RestoreItem['entry']['content'][number];
      const write = {
        file: use.file,
        tree,
        path,
        offset: use.offset,
        length: blob.length,
        sha256: blob.sha256,
        sparse: entry.sparse === true,
      };
      if (entry.content.length === 1) return [{ ...write, whole: entry }];
      try {
        return [{ ...write, part: { temp: this.#files.temp(use.file), position: use.position } }];
      } catch (error) {
        this.#problem(use.file, error);
        return [];
      }
    });
  }

  #lost(uses: readonly BlobUse[], error: unknown, object: string | undefined): void {
    for (const { file } of uses) this.#problem(file, error, object);
    this.#finished(uses);
  }

  /** Counts what is written; files of several parts are finished after their last one. */
  #finished(uses: readonly BlobUse[]): void {
    const parts = new Map<number, number>();
    for (const { file } of uses) parts.set(file, (parts.get(file) ?? 0) + 1);
    for (const [file, count] of parts) {
      const { entry } = this.#plan.items[file] as RestoreItem;
      try {
        const complete =
          entry.content.length === 1 ? !this.#failed.has(file) : this.#files.done(file, count, this.#failed.has(file));
        if (complete) this.#written(entry.size);
      } catch (error) {
        this.#problem(file, error);
      }
    }
  }

  /** Deepest first: writing into a folder changes its time. */
  #directoryMetadata(): void {
    for (const [number, item] of [...this.#plan.items.entries()].toReversed()) {
      if (
        item.entry.kind !== 'directory' ||
        !['create', 'overwrite', 'metadata'].includes(item.action) ||
        this.#failed.has(number)
      )
        continue;
      try {
        this.#sink(item.tree).setMetadata(item.path, 'directory', item.entry);
      } catch (error) {
        this.#problem(number, error);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
    for (const sink of this.#sinks) sink?.[Symbol.dispose]();
  }
}
