import { lstat } from 'node:fs/promises';

import type { BlobRef } from '../catalog/entry.ts';
import type { ChunkSizes } from '../chunker/gear.ts';
import { Credits } from '../threads/credits.ts';
import { Thread, type ThreadOptions } from '../threads/thread.ts';
import type { CutInit, FromCutter, ToCutter } from './cut-role.ts';
import type { FileJob, FileOutcome, FileRead } from './file-jobs.ts';
import type { SealerPool } from './sealer-pool.ts';

/** The cutter may be this far ahead of the threads that read after it: it should still be in the page cache. */
const AHEAD_BYTES = 128 * 1024 * 1024;

/** Boxed, as a promise can't hold a promise. */
interface GroupOutcome {
  readonly done: Promise<FileOutcome>;
}

/** What the reading of large files needs. */
export interface LargeFileOptions extends ThreadOptions {
  readonly pool: SealerPool;
  readonly gearKey: Uint8Array;
  readonly chunks: ChunkSizes;
  readonly onFailure: (error: unknown) => void;
  /** Asked before each group of chunks; throws to end. */
  readonly check: () => void;
}

/** Reads one large file with all sealing threads at once: a thread of its own finds the cuts ahead of them. */
export class LargeFileReader {
  readonly #options: LargeFileOptions;
  readonly #shared = Credits.share();
  readonly #credits = new Credits(this.#shared, AHEAD_BYTES);
  #thread: Thread<ToCutter, FromCutter> | undefined;
  readonly #messages: FromCutter[] = [];
  #wake: (() => void) | undefined;
  #nextId = 0;
  /** Files that the thread has not come to the end of. */
  #open = 0;

  constructor(options: LargeFileOptions) {
    this.#options = options;
  }

  /** Without this, the thread starts with the first file. */
  start(): void {
    this.#thread ??= this.#cutter();
  }

  #cutter(): Thread<ToCutter, FromCutter> {
    const init: CutInit = {
      gearKey: this.#options.gearKey,
      chunks: this.#options.chunks,
      credits: this.#shared,
      creditBytes: AHEAD_BYTES,
    };
    const thread = new Thread<ToCutter, FromCutter>('cut', init, this.#options);
    thread.onMessage = (message) => {
      this.#messages.push(message);
      this.#wake?.();
    };
    thread.onFailure = this.#options.onFailure;
    return thread;
  }

  async #next(): Promise<FromCutter> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** Hands out all pieces of the file; the promise inside is settled when they are read. */
  async read(job: FileJob, onBytes: (bytes: number) => void): Promise<{ outcome: Promise<FileOutcome> }> {
    this.#thread ??= this.#cutter();
    this.#open++;
    this.#thread.post({ id: this.#nextId++, path: job.path });
    const groups: GroupOutcome[] = [];
    for (;;) {
      const message = await this.#next();
      if (message.type !== 'group') this.#open--;
      if (message.type === 'failed') {
        return { outcome: Promise.resolve({ ok: false, code: message.code, message: message.message }) };
      }
      if (message.type === 'end') return { outcome: this.#join(job, groups) };
      this.#options.check();
      groups.push(await this.#dispatch(job, message, onBytes));
    }
  }

  async #dispatch(
    job: FileJob,
    group: { offset: number; lengths: readonly number[]; bytes: number },
    onBytes: (bytes: number) => void,
  ): Promise<GroupOutcome> {
    const pieces = { offset: group.offset, lengths: group.lengths };
    const { outcomes } = await this.#options.pool.dispatch([{ ...job, pieces }], group.lengths.length);
    const done = outcomes.then(([outcome]) => {
      this.#credits.give(group.bytes);
      onBytes(group.bytes);
      return outcome as FileOutcome;
    });
    // Looked at only when the whole file is handed out: whoever is told of bytes may throw before that.
    done.catch(() => undefined);
    return { done };
  }

  /** Puts the pieces together. A file that changed meanwhile is read once more, by one thread. */
  async #join(job: FileJob, groups: readonly GroupOutcome[]): Promise<FileOutcome> {
    const outcomes = await Promise.all(groups.map((group) => group.done));
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed !== undefined) return failed;
    const read = outcomes as FileRead[];
    const content: BlobRef[] = read.flatMap((outcome) => outcome.content);
    const bytesNew = read.reduce((sum, outcome) => sum + outcome.bytesNew, 0);
    const size = content.reduce((sum, blob) => sum + blob.length, 0);
    if (size === job.size && (await isUnchanged(job))) return { ok: true, content, bytesNew, torn: false };
    const { outcomes: again } = await this.#options.pool.dispatch(
      [job],
      Math.ceil(job.size / this.#options.chunks.min) + 1,
    );
    return (await again)[0] as FileOutcome;
  }

  /** No large file comes any more, most likely: leaves the thread to others. */
  windDown(): void {
    if (this.#open === 0) void this.close();
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#thread = undefined;
    if (this.#open > 0) return await thread.close();
    thread.post('rest');
    await thread.rest();
  }
}

async function isUnchanged(job: FileJob): Promise<boolean> {
  try {
    const stat = await lstat(job.path, { bigint: true });
    return stat.size === BigInt(job.size) && stat.mtimeNs === job.mtimeNs && stat.ctimeNs === job.ctimeNs;
  } catch {
    return false;
  }
}
