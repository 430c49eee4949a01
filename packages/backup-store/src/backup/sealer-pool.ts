import type { FingerprintTable } from '../blob-index/fingerprint-table.ts';
import type { ContentReport } from '../codec/content-report.ts';
import type { ContentKind } from '../content/kind.ts';
import { waitingTurn } from '../run/waiting-turn.ts';
import type { Turns } from '../run/turns.ts';
import type { ThreadOptions } from '../threads/thread.ts';
import { decodeOutcomes, encodeJobs, type FileJob, type FileOutcome, type FileRead } from './file-jobs.ts';
import type { PackUpload } from './pack-upload.ts';
import type { SealInit } from './seal-messages.ts';
import { Sealer, type SealerFinished, type SealerOutcome } from './sealer.ts';
import type { ChunkGroup } from './stream-cutter.ts';

/** Jobs a thread has at most: one it works on and one that waits. */
const JOBS_PER_THREAD = 2;
/**
 * So long a backup without a thread waits for one of another backup. Then it starts its own: the other's may wait for a store that is held up
 * by what this one has begun.
 */
const PATIENCE_MS = 1000;

interface Member {
  readonly sealer: Sealer;
  /** Leaves the thread's turn to another backup. */
  readonly over: () => void;
  finished?: Promise<void> | undefined;
}

/** A job that has found its thread; none once the pool is closed, and then it is never done. */
interface Place {
  readonly sealer: Sealer | undefined;
  readonly id: number;
  readonly levels: readonly SharedArrayBuffer[];
  readonly done: Promise<SealerOutcome>;
}

/** What the pool needs. */
export interface SealerPoolOptions extends ThreadOptions {
  readonly threads: number;
  /** Turns of the threads of all backups. */
  readonly turns: Turns;
  /** Sealed bytes that may wait for the store, over all threads. */
  readonly bufferBytes: number;
  readonly init: Omit<SealInit, 'levels' | 'credits' | 'creditBytes' | 'returns'>;
  readonly table: FingerprintTable;
  readonly upload: PackUpload;
  readonly onFailure: (error: unknown) => void;
}

/**
 * The sealing threads of a backup. Jobs go to the thread that has the fewest. Threads come when it is their turn, which other backups may
 * have, and go as soon as there is nothing left for them.
 */
export class SealerPool {
  readonly #options: SealerPoolOptions;
  readonly #members = new Set<Member>();
  readonly #waiting: (() => void)[] = [];
  readonly #jobs = new Map<number, (outcome: SealerOutcome) => void>();
  readonly #finished: SealerFinished[] = [];
  readonly #gone = new AbortController();
  #coming = 0;
  #nextJob = 0;
  #isWindingDown = false;

  constructor(options: SealerPoolOptions) {
    this.#options = options;
  }

  /** Without this, threads start with the first job: a backup in which nothing changed needs none. */
  start(): void {
    // Once the end was near, one is enough for what still comes.
    const wanted = this.#isWindingDown ? 1 : this.#options.threads;
    const there = [...this.#members].filter(({ finished }) => finished === undefined).length;
    for (let i = there + this.#coming; i < wanted; i++) void this.#join();
  }

  async #join(): Promise<void> {
    const { turns, onFailure } = this.#options;
    this.#coming++;
    try {
      const patienceMs = this.#members.size + this.#coming > 1 ? undefined : PATIENCE_MS;
      const over = await waitingTurn(turns, { signal: this.#gone.signal, patienceMs });
      if (this.#gone.signal.aborted) return over();
      this.#add(over);
    } catch (error) {
      if (!this.#gone.signal.aborted) onFailure(error);
    } finally {
      this.#coming--;
    }
  }

  #add(over: () => void): void {
    const { threads, bufferBytes, init, table } = this.#options;
    const creditBytes = Math.max(1024 * 1024, Math.floor(bufferBytes / threads));
    const onOutcome = (outcome: SealerOutcome): void => this.#onOutcome(member, outcome);
    const sealer = new Sealer({
      ...this.#options,
      init: { ...init, levels: table.levels, creditBytes },
      onOutcome,
    });
    const member: Member = { sealer, over };
    this.#members.add(member);
    for (let i = 0; i < JOBS_PER_THREAD; i++) this.#waiting.shift()?.();
  }

  #onOutcome(member: Member, outcome: SealerOutcome): void {
    this.#waiting.shift()?.();
    const done = this.#jobs.get(outcome.id);
    this.#jobs.delete(outcome.id);
    done?.(outcome);
    if (this.#isWindingDown) this.#letGo(member);
  }

  /** Has a thread without a job end its packs, and leaves it to others. */
  #letGo(member: Member): void {
    if (member.sealer.jobs === 0 && this.#waiting.length === 0) this.#end(member);
  }

  #end(member: Member): void {
    member.finished ??= member.sealer.finish().then((finished) => {
      this.#finished.push(finished);
      this.#members.delete(member);
      void member.sealer.leave().finally(member.over);
    });
  }

  /** Little comes any more, if anything: threads go as soon as they have nothing to do. */
  windDown(): void {
    this.#isWindingDown = true;
    for (const member of this.#members) this.#letGo(member);
  }

  /** Waits for a free place, then hands the files on. `blobs`: how many they may become. @returns A promise of what became of them. */
  async dispatch(files: readonly FileJob[], blobs: number): Promise<{ outcomes: Promise<FileOutcome[]> }> {
    const { sealer, id, levels, done } = await this.#place(blobs);
    const encoded = encodeJobs(files);
    sealer?.post({ type: 'job', id, files: encoded, levels }, [encoded]);
    return { outcomes: done.then((message) => decodeOutcomes(message.files)) };
  }

  /** The same for chunks of a stream. Their memory is gone from this thread until the promise inside brings it back. */
  async dispatchBytes(
    { memory, lengths }: ChunkGroup,
    kind: ContentKind,
  ): Promise<{
    done: Promise<{ readonly outcome: FileRead; readonly memory: ArrayBuffer }>;
  }> {
    const { sealer, id, levels, done } = await this.#place(lengths.length);
    sealer?.post({ type: 'bytes', id, kind, memory, lengths, levels }, [memory]);
    return {
      done: done.then((message) => ({
        outcome: decodeOutcomes(message.files)[0] as FileRead,
        memory: message.memory as ArrayBuffer,
      })),
    };
  }

  async #place(blobs: number): Promise<Place> {
    const { table, threads } = this.#options;
    for (;;) {
      if (this.#gone.signal.aborted)
        return { sealer: undefined, id: -1, levels: [], done: new Promise(() => undefined) };
      this.start();
      const sealer = this.#free();
      if (sealer !== undefined) {
        table.reserve(blobs * JOBS_PER_THREAD * threads);
        const id = this.#nextJob++;
        const done = new Promise<SealerOutcome>((resolve) => this.#jobs.set(id, resolve));
        sealer.jobs++;
        return { sealer, id, levels: table.levels, done };
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #free(): Sealer | undefined {
    const open = [...this.#members].filter(({ finished }) => finished === undefined).map(({ sealer }) => sealer);
    const best = open.toSorted((a, b) => a.jobs - b.jobs)[0];
    return best !== undefined && best.jobs < JOBS_PER_THREAD ? best : undefined;
  }

  /**
   * Has the threads without a job end their packs. A store that takes only so many writes at a time holds others back
   * until it has those packs.
   */
  flushIdle(): void {
    for (const { sealer, finished } of this.#members)
      if (finished === undefined && sealer.jobs === 0) sealer.post({ type: 'flush' });
  }

  /** Ends all frames and packs. @returns How many blobs the threads have claimed, and what compressing came to, a list for each. */
  async finish(): Promise<{ readonly claimed: number; readonly contents: readonly ContentReport[] }> {
    // Those that still wait for their turn are not needed.
    this.#gone.abort();
    // Also those in the middle of a job: of a run that was ended, what is read stays.
    for (const member of this.#members) this.#end(member);
    await Promise.all([...this.#members].map(async ({ finished }) => await finished));
    return {
      claimed: this.#finished.reduce((sum, { claimed }) => sum + claimed, 0),
      contents: this.#finished.flatMap(({ contents }) => contents),
    };
  }

  async close(): Promise<void> {
    this.#gone.abort();
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#members].map(async ({ sealer, over }) => await sealer.close().finally(over)));
  }
}
