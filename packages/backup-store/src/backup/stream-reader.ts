import type { BlobRef } from '../catalog/entry.ts';
import { createCutter } from '../chunker/cut.ts';
import { type Cuts, contentCuts, fixedCuts } from '../chunker/cuts.ts';
import { type ChunkSizes, gearTable } from '../chunker/gear.ts';
import type { ContentKind } from '../content/kind.ts';
import { sniffStart } from '../content/sniff.ts';
import { checkAborted } from '../run/abort.ts';
import { orAborted, settled } from '../run/or-aborted.ts';
import type { FileOutcome, FileRead } from './file-jobs.ts';
import { failedBy } from './held-sources.ts';
import type { SealerPool } from './sealer-pool.ts';
import { type ChunkGroup, groupBytes, StreamCutter } from './stream-cutter.ts';

/** As for files: the list of a larger one's chunks could exceed what a reader of catalogs accepts. */
const MAX_BYTES = 1024 ** 4;
/** The same for chunks of fixed length. */
const MAX_FIXED_CHUNKS = 1024 ** 2;
/** After this long, threads that do nothing end their packs. */
const STUCK_MS = 1000;
/** How long a stream that was given up may take to end, in milliseconds. */
const END_GRACE_MS = 5000;

/** What the reading of streams needs. */
export interface StreamReaderOptions {
  readonly pool: SealerPool;
  readonly gearKey: Uint8Array;
  readonly chunks: ChunkSizes;
}

/** How a stream is read. */
export interface StreamReading {
  /** Ends the reading, which then rejects with `ABORTED`. */
  readonly signal: AbortSignal;
  /** Told of each piece's bytes. */
  readonly onBytes: (bytes: number) => void;
  /** Bytes of each chunk. Default: cuts where the content says so. */
  readonly chunkBytes?: number | undefined;
}

/**
 * Reads streams: cuts them in this thread, and has the sealing threads hash, compress and seal the chunks. Memory goes round
 * between here and there, so that it stays the same however long a stream is; a stream waits while all threads have enough to do.
 */
export class StreamReader {
  readonly #pool: SealerPool;
  readonly #gearKey: Uint8Array;
  readonly #chunks: ChunkSizes;
  readonly #free: ArrayBuffer[] = [];
  #cuts: Cuts | undefined;

  constructor(options: StreamReaderOptions) {
    this.#pool = options.pool;
    this.#gearKey = options.gearKey;
    this.#chunks = options.chunks;
  }

  /** Reads a stream to its end. What the stream throws is an outcome; nothing of it is kept then. */
  async read(content: AsyncIterable<Uint8Array>, reading: StreamReading): Promise<FileOutcome> {
    const byContent = (this.#cuts ??= contentCuts(createCutter(gearTable(this.#gearKey), this.#chunks)));
    const cuts = reading.chunkBytes === undefined ? byContent : fixedCuts(reading.chunkBytes);
    // Of one length for all streams, as it goes round between them; chunks of fixed length fit in twice, too.
    const stream = new StreamCutter(cuts, () => this.#free.pop() ?? new ArrayBuffer(groupBytes(byContent)));
    const groups: Promise<FileRead>[] = [];
    let kind: ContentKind | undefined;
    const seal = async (ready: Iterable<ChunkGroup>): Promise<void> => {
      for (const group of ready) {
        kind ??= sniffStart(startOf(group), '');
        groups.push((await orAborted(reading.signal, this.#seal(group, kind))).read);
      }
    };
    const failure = await this.#pieces(content, reading, async (piece) => await seal(stream.add(piece)));
    if (failure !== undefined) return failure;
    await seal(stream.end());
    return join(await this.#all(groups, reading.signal));
  }

  /** Gives each piece to `take`. @returns What the stream has thrown. */
  async #pieces(
    content: AsyncIterable<Uint8Array>,
    { signal, onBytes, chunkBytes }: StreamReading,
    take: (piece: Uint8Array) => Promise<void>,
  ): Promise<FileOutcome | undefined> {
    let pieces: AsyncIterator<unknown> | undefined;
    const most = chunkBytes === undefined ? MAX_BYTES : chunkBytes * MAX_FIXED_CHUNKS;
    let size = 0;
    let isEnded = false;
    try {
      for (;;) {
        let next: IteratorResult<unknown>;
        try {
          pieces ??= content[Symbol.asyncIterator]();
          next = await orAborted(signal, pieces.next());
        } catch (error) {
          checkAborted(signal);
          isEnded = true;
          return failedBy(error);
        }
        isEnded = next.done === true;
        if (next.done === true) return undefined;
        if (!(next.value instanceof Uint8Array))
          return failedBy(new TypeError('Expected a stream of bytes, got other values'));
        size += next.value.length;
        if (size > most)
          return failedBy(
            Object.assign(new Error(`Expected at most ${most / 1024 ** 3} GiB, got more`), { code: 'TOO_LARGE' }),
          );
        await take(next.value);
        onBytes(next.value.length);
      }
    } finally {
      if (!isEnded) await settled(Promise.resolve(pieces?.return?.()), END_GRACE_MS);
    }
  }

  /** Boxed, as a promise can't hold a promise. */
  async #seal(group: ChunkGroup, kind: ContentKind): Promise<{ read: Promise<FileRead> }> {
    const { done } = await this.#pool.dispatchBytes(group, kind);
    const read = done.then(({ outcome, memory }) => {
      this.#free.push(memory);
      return outcome;
    });
    // Looked at only when the whole stream is handed out.
    read.catch(() => undefined);
    return { read };
  }

  async #all(groups: readonly Promise<FileRead>[], signal: AbortSignal): Promise<readonly FileRead[]> {
    // A store that takes only so many writes at a time may wait for the pack of a thread that has nothing more to do.
    const stuck = setInterval(() => this.#pool.flushIdle(), STUCK_MS);
    try {
      return await orAborted(signal, Promise.all(groups));
    } finally {
      clearInterval(stuck);
    }
  }
}

/** The first chunk. */
const startOf = ({ memory, lengths: [first = 0] }: ChunkGroup): Buffer => Buffer.from(memory, 0, first);

function join(read: readonly FileRead[]): FileRead {
  const content: BlobRef[] = read.flatMap((outcome) => outcome.content);
  return { ok: true, content, bytesNew: read.reduce((sum, outcome) => sum + outcome.bytesNew, 0), torn: false };
}
