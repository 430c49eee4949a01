import type { BlobRef } from '../catalog/entry.ts';
import type { ChunkSizes } from '../chunker/gear.ts';
import type { FileJob, FileOutcome } from './file-jobs.ts';
import type { LargeFileReader } from './large-file.ts';
import type { SealerPool } from './sealer-pool.ts';

/** Files of one job at most. */
const JOB_FILES = 256;
/** Bytes of one job, about. */
const JOB_BYTES = 4 * 1024 * 1024;
/** Files of at least this many bytes are read by all threads at once. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** After this long without a file done, threads that do nothing end their packs. */
const STUCK_MS = 1000;

/** A file to read, and who wants to know. */
export interface FileRequest {
  readonly job: FileJob;
  readonly done: (outcome: FileOutcome) => void;
  /** Told of bytes of a large file before all of it is done. */
  readonly progress: (bytes: number) => void;
}

/** Gathers small files in jobs for the sealing threads, and gives large ones to all of them. */
export class FileReader {
  readonly #pool: SealerPool;
  readonly #large: LargeFileReader;
  readonly #chunks: ChunkSizes;
  readonly #onFailure: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();
  #batch: FileRequest[] = [];
  #bytes = 0;

  constructor(parts: {
    pool: SealerPool;
    large: LargeFileReader;
    chunks: ChunkSizes;
    onFailure: (error: unknown) => void;
  }) {
    this.#pool = parts.pool;
    this.#large = parts.large;
    this.#chunks = parts.chunks;
    this.#onFailure = parts.onFailure;
  }

  /** Takes a file; a promise when all threads have enough to do. */
  read(request: FileRequest): Promise<void> | undefined {
    if (request.job.size >= LARGE_BYTES) return this.#readLarge(request);
    this.#batch.push(request);
    this.#bytes += request.job.size;
    return this.#batch.length >= JOB_FILES || this.#bytes >= JOB_BYTES ? this.flush() : undefined;
  }

  async #readLarge(request: FileRequest): Promise<void> {
    await this.flush();
    const { outcome } = await this.#large.read(request.job, request.progress);
    this.#track(outcome.then(request.done));
  }

  /** Hands out the files gathered so far. */
  async flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    const blobs = batch.length + Math.ceil(this.#bytes / this.#chunks.min);
    this.#batch = [];
    this.#bytes = 0;
    const { outcomes } = await this.#pool.dispatch(
      batch.map(({ job }) => job),
      blobs,
    );
    this.#track(
      outcomes.then((list) => {
        for (const [i, outcome] of list.entries()) batch[i]?.done(outcome);
      }),
    );
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work.catch(this.#onFailure).finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** Waits until at least one file that is under way is done. */
  async oneDone(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#pool.flushIdle();
        resolve();
      }, STUCK_MS);
    });
    await Promise.race([...this.#running, stuck]);
    clearTimeout(timer);
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }
}

/** Whether two contents are the same bytes. */
export function sameContent(a: readonly BlobRef[], b: readonly BlobRef[]): boolean {
  return a.length === b.length && a.every((blob, i) => Buffer.from(blob.sha256).equals((b[i] as BlobRef).sha256));
}
