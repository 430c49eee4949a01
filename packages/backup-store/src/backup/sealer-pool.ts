import { MessageChannel, type MessagePort } from 'node:worker_threads';

import type { FingerprintTable } from '../blob-index/fingerprint-table.ts';
import type { ContentReport } from '../codec/content-report.ts';
import type { ContentKind } from '../content/kind.ts';
import { Credits } from '../threads/credits.ts';
import { Thread, type ThreadOptions } from '../threads/thread.ts';
import { decodeOutcomes, encodeJobs, type FileJob, type FileOutcome, type FileRead } from './file-jobs.ts';
import type { PackUpload } from './pack-upload.ts';
import type { FromSealer, SealInit, ToSealer } from './seal-messages.ts';
import type { ChunkGroup } from './stream-cutter.ts';

/** Jobs a thread has at most: one it works on and one that waits. */
const JOBS_PER_THREAD = 2;

/** What a thread has to say of a job. */
type Outcome = Extract<FromSealer, { type: 'outcome' }>;

/** What a thread has to say when it has ended all packs. */
type Finished = Extract<FromSealer, { type: 'finished' }>;

interface Member {
  readonly thread: Thread<ToSealer, FromSealer>;
  readonly credits: Credits;
  /** Takes the memory of stored pieces back to the thread. */
  readonly returns: MessagePort;
  jobs: number;
  finished?: ((finished: Finished) => void) | undefined;
}

/** A piece is stored: the thread may go on, and write to the same memory again. */
function giveBack({ credits, returns }: Member, piece: Uint8Array): void {
  const { length, buffer } = piece;
  if (buffer instanceof ArrayBuffer) returns.postMessage(buffer, [buffer]);
  credits.give(length);
}

/** What the pool needs. */
export interface SealerPoolOptions extends ThreadOptions {
  readonly threads: number;
  /** Sealed bytes that may wait for the store, over all threads. */
  readonly bufferBytes: number;
  readonly init: Omit<SealInit, 'levels' | 'credits' | 'creditBytes' | 'returns'>;
  readonly table: FingerprintTable;
  readonly upload: PackUpload;
  readonly onFailure: (error: unknown) => void;
}

/** The sealing threads of a backup. Jobs go to the thread that has the fewest. */
export class SealerPool {
  readonly #options: SealerPoolOptions;
  readonly #members: Member[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #jobs = new Map<number, (outcome: Outcome) => void>();
  #nextJob = 0;
  #closed = false;
  #isFinished = false;

  constructor(options: SealerPoolOptions) {
    this.#options = options;
  }

  /** Without this, threads start with the first job: a backup in which nothing changed needs none. */
  start(): void {
    if (this.#members.length > 0) return;
    const { threads, bufferBytes, init, table } = this.#options;
    const creditBytes = Math.max(1024 * 1024, Math.floor(bufferBytes / threads));
    for (let i = 0; i < threads; i++) {
      const shared = Credits.share();
      const { port1: returns, port2 } = new MessageChannel();
      const start: SealInit = { ...init, levels: table.levels, credits: shared, creditBytes, returns: port2 };
      const member: Member = {
        thread: new Thread('seal', start, { ...this.#options, transfer: [port2] }),
        credits: new Credits(shared, creditBytes),
        returns,
        jobs: 0,
      };
      member.thread.onMessage = (message) => this.#onMessage(member, message);
      member.thread.onFailure = this.#options.onFailure;
      this.#members.push(member);
    }
  }

  #onMessage(member: Member, message: FromSealer): void {
    const { upload } = this.#options;
    if (message.type === 'piece') {
      upload.piece(message.pack, message.bytes, (piece) => giveBack(member, piece));
    } else if (message.type === 'pack') {
      upload.finish(message.pack, message.sealed);
    } else if (message.type === 'finished') {
      member.finished?.(message);
    } else {
      member.jobs--;
      this.#waiting.shift()?.();
      const done = this.#jobs.get(message.id);
      this.#jobs.delete(message.id);
      done?.(message);
    }
  }

  /** Waits for a free place, then hands the files on. `blobs`: how many they may become. @returns A promise of what became of them. */
  async dispatch(files: readonly FileJob[], blobs: number): Promise<{ outcomes: Promise<FileOutcome[]> }> {
    const place = await this.#place(blobs);
    const encoded = encodeJobs(files);
    place.member?.thread.post({ type: 'job', id: place.id, files: encoded, levels: place.levels }, [encoded]);
    return { outcomes: place.done.then((message) => decodeOutcomes(message.files)) };
  }

  /** The same for chunks of a stream. Their memory is gone from this thread until the promise inside brings it back. */
  async dispatchBytes(
    { memory, lengths }: ChunkGroup,
    kind: ContentKind,
  ): Promise<{
    done: Promise<{ readonly outcome: FileRead; readonly memory: ArrayBuffer }>;
  }> {
    const { member, id, levels, done } = await this.#place(lengths.length);
    member?.thread.post({ type: 'bytes', id, kind, memory, lengths, levels }, [memory]);
    return {
      done: done.then((message) => ({
        outcome: decodeOutcomes(message.files)[0] as FileRead,
        memory: message.memory as ArrayBuffer,
      })),
    };
  }

  /** Waits for a thread that can take a job; none once the pool is closed, and then the job is never done. */
  async #place(blobs: number): Promise<{
    readonly member: Member | undefined;
    readonly id: number;
    readonly levels: readonly SharedArrayBuffer[];
    readonly done: Promise<Outcome>;
  }> {
    const { table } = this.#options;
    this.start();
    let member = this.#free();
    while (member === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (this.#closed) return { member, id: -1, levels: [], done: new Promise(() => undefined) };
      member = this.#free();
    }
    table.reserve(blobs * JOBS_PER_THREAD * this.#members.length);
    const id = this.#nextJob++;
    const done = new Promise<Outcome>((resolve) => this.#jobs.set(id, resolve));
    member.jobs++;
    return { member, id, levels: table.levels, done };
  }

  #free(): Member | undefined {
    const best = this.#members.toSorted((a, b) => a.jobs - b.jobs)[0];
    return best !== undefined && best.jobs < JOBS_PER_THREAD ? best : undefined;
  }

  /**
   * Has the threads without a job end their packs. A store that takes only so many writes at a time holds others back
   * until it has those packs.
   */
  flushIdle(): void {
    for (const { thread, jobs } of this.#members) if (jobs === 0) thread.post({ type: 'flush' });
  }

  /** Ends all frames and packs. @returns How many blobs the threads have claimed, and what compressing came to, a list for each. */
  async finish(): Promise<{ readonly claimed: number; readonly contents: readonly ContentReport[] }> {
    const finished = this.#members.map(
      (member) =>
        new Promise<Finished>((resolve) => {
          member.finished = resolve;
          member.thread.post({ type: 'finish' });
        }),
    );
    const all = await Promise.all(finished);
    this.#isFinished = true;
    return {
      claimed: all.reduce((sum, { claimed }) => sum + claimed, 0),
      contents: all.flatMap(({ contents }) => contents),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all(
      this.#members.map(async ({ thread, returns }) => {
        returns.close();
        if (!this.#isFinished) return await thread.close();
        thread.post({ type: 'rest' });
        await thread.rest();
      }),
    );
  }
}
