import { readStored } from '../envelope/sealed-store.ts';
import { type BackupError, isBackupError } from '../errors.ts';
import type { Extent } from '../pack/extent.ts';
import { PackKeys } from '../pack/pack-keys.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { inParallel } from '../run/parallel.ts';
import type { JobPool } from '../threads/job-pool.ts';
import { type BlobUse, type ContentPlan, planAgain } from './content-plan.ts';
import { FileProgress } from './file-progress.ts';
import { forgottenError } from './forgotten.ts';
import type { RestoreOutcome } from './outcome.ts';
import type { InternalPlan, RestoreItem } from './restore-item.ts';
import { encodeRelease } from './restore-role.ts';
import type { TargetSinks } from './target-sinks.ts';
import { type BlobWrite, decodeFailures, encodeWriteJob } from './write-job.ts';

/** What a restore writes content with. */
export interface ContentParts {
  readonly context: RunContext;
  readonly tenant: OpenTenant;
  /** Id of the snapshot. */
  readonly snapshot: string;
  readonly plan: InternalPlan;
  readonly sinks: TargetSinks;
  readonly outcome: RestoreOutcome;
  readonly pool: JobPool;
}

/** Where content is. */
type Located = Pick<ContentPlan, 'extents' | 'uses'>;

/** A blob that was not where the index says. */
interface GoneUse {
  readonly use: BlobUse;
  readonly error: unknown;
  readonly object: string | undefined;
}

/** Fetches content and has it written by threads. Files of several blobs are begun and finished here. */
export class ContentWriter {
  readonly #parts: ContentParts;
  readonly #signal: AbortSignal | undefined;
  readonly #keys: PackKeys;
  readonly #roots: readonly Uint8Array[];
  readonly #files: FileProgress;
  /** Blobs of packs that are gone, as long as they may be elsewhere. */
  #gone: GoneUse[] | undefined = [];
  /** Why data is gone, when it is because nobody wants the snapshot any more. */
  #forgotten: BackupError | undefined;

  constructor(parts: ContentParts, signal: AbortSignal | undefined) {
    const { context, tenant, plan, sinks, pool } = parts;
    this.#parts = parts;
    this.#signal = signal;
    this.#keys = new PackKeys(context.sealed.repositoryId, tenant.tenant);
    this.#roots = plan.trees.map(({ root }) => root);
    this.#files = new FileProgress(
      plan.items,
      (tree) => sinks.open(tree, plan.trees[tree]?.root as Buffer),
      (item, temp) => pool.notify(encodeRelease(item.tree, item.path, temp)),
    );
  }

  async write(content: ContentPlan): Promise<void> {
    for (const number of content.missing) {
      this.#parts.outcome.fail(number, {
        code: 'BLOB_MISSING',
        message: 'No index names a place for some of its data',
      });
    }
    try {
      await this.#extents(content);
      await this.#writeMoved();
    } finally {
      this.#files.dropAll();
    }
  }

  /** A prune beside this restore moves what is still needed to other packs: looks once where it is now. */
  async #writeMoved(): Promise<void> {
    const { tenant, plan, snapshot } = this.#parts;
    const gone = this.#gone ?? [];
    this.#gone = undefined;
    if (gone.length === 0) return;
    if (tenant.reload === undefined) {
      for (const { use, error, object } of gone) this.#lost([use], error, object);
      return;
    }
    await tenant.reload();
    this.#forgotten = forgottenError(tenant, snapshot);
    const moved = planAgain(
      tenant,
      plan.items,
      gone.map(({ use }) => use),
    );
    for (const { use, error, object } of gone) {
      if (moved.missing.has(use)) this.#lost([use], error, object);
    }
    await this.#extents(moved);
  }

  async #extents(content: Located): Promise<void> {
    await inParallel(content.extents, this.#parts.context.performance.readers, async (extent) => {
      checkAborted(this.#signal);
      await this.#extent(extent, content);
    });
  }

  async #extent(extent: Extent, content: Located): Promise<void> {
    const { outcome, context, pool } = this.#parts;
    const uses = extent.frames.flatMap((frame) => content.uses.get(frame.number) ?? []);
    let object: ReturnType<PackKeys['open']> | undefined;
    let sealed: Uint8Array;
    try {
      object = this.#keys.open((extent.frames[0] as Extent['frames'][number]).pack);
      sealed = await readStored(context.sealed.store, object.name, { range: extent.range, signal: this.#signal });
    } catch (error) {
      this.#unread(uses, error, object?.name);
      return;
    }
    outcome.fetched(sealed.length);
    const frames = extent.frames.map((frame) => ({
      frame,
      writes: this.#writes(content.uses.get(frame.number) ?? []),
    }));
    const job = encodeWriteJob({ object, firstBlock: extent.range.firstBlock, roots: this.#roots, frames });
    for (const failure of decodeFailures(await pool.run(job, sealed))) {
      outcome.fail(failure.file, failure, failure.object);
    }
    this.#finished(uses);
  }

  #writes(uses: readonly BlobUse[]): BlobWrite[] {
    const writes: BlobWrite[] = [];
    for (const { file, part, offset, position } of uses) {
      const { tree, path, entry, isFresh } = this.#parts.plan.items[file] as RestoreItem;
      const { length, sha256 } = entry.content[part] as RestoreItem['entry']['content'][number];
      const sparse = entry.sparse === true;
      if (entry.content.length === 1) {
        writes.push({
          file,
          tree,
          path,
          offset,
          length,
          sha256,
          sparse,
          fresh: isFresh,
          whole: entry,
          part: undefined,
        });
        continue;
      }
      try {
        const temp = this.#files.temp(file);
        writes.push({ file, tree, path, offset, length, sha256, sparse, whole: undefined, part: { temp, position } });
      } catch (error) {
        this.#parts.outcome.fail(file, error);
      }
    }
    return writes;
  }

  #unread(uses: readonly BlobUse[], error: unknown, object: string | undefined): void {
    if (this.#gone === undefined || !isBackupError(error, 'OBJECT_MISSING')) this.#lost(uses, error, object);
    else this.#gone.push(...uses.map((use) => ({ use, error, object })));
  }

  #lost(uses: readonly BlobUse[], error: unknown, object: string | undefined): void {
    const isGone = isBackupError(error, 'OBJECT_MISSING');
    const reason = (isGone ? this.#forgotten : undefined) ?? error;
    for (const { file } of uses) this.#parts.outcome.fail(file, reason, object);
    this.#finished(uses);
  }

  /** Counts what is written; files of several parts are finished after their last one. */
  #finished(uses: readonly BlobUse[]): void {
    const { plan, outcome } = this.#parts;
    const parts = new Map<number, number>();
    for (const { file } of uses) parts.set(file, (parts.get(file) ?? 0) + 1);
    for (const [file, count] of parts) {
      const { entry } = plan.items[file] as RestoreItem;
      const hasFailed = outcome.hasFailed(file);
      try {
        const isComplete = entry.content.length === 1 ? !hasFailed : this.#files.done(file, count, hasFailed);
        if (isComplete) outcome.written(entry.size);
      } catch (error) {
        outcome.fail(file, error);
      }
    }
  }
}
