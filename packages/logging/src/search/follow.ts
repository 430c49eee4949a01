import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError } from '../errors.ts';
import { listFiles, type LogFile, type StreamName } from '../files/log-file.ts';
import { linesOf } from '../files/read-blocks.ts';
import type { FoundRecord } from './contract.ts';
import { fileRecords, RecordReader } from './file-records.ts';
import { matcherOf } from './match.ts';
import type { Query } from './query.ts';
import { describe } from './search.ts';

/** What is followed. */
export interface FollowOptions {
  readonly streams: readonly StreamName[];
  /** Milliseconds between looks. */
  readonly everyMs: number;
  /** Ends it: the iteration then ends, too. */
  readonly signal: AbortSignal | undefined;
}

/** A file that may still grow. It stays open, so that its end is read when it is compressed meanwhile. */
interface Followed {
  readonly file: LogFile;
  readonly handle: FileHandle;
  readonly reader: RecordReader;
  offset: number;
  rest: Buffer;
}

const PIECE = 256 * 1024;

/** Gives records as they are written, from now on, across files that begin and end. */
export async function* followFiles(
  directory: string,
  query: Query,
  options: FollowOptions,
): AsyncGenerator<FoundRecord> {
  const { signal, everyMs } = options;
  const isOver = (): boolean => signal?.aborted === true;
  const matches = matcherOf(query);
  const follower = new Follower(directory, options.streams);
  try {
    await follower.look({ fromNow: true });
    while (!isOver()) {
      for await (const { record, view } of follower.news()) if (matches(view)) yield record;
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if (!isOver()) await follower.look({ fromNow: false });
    }
  } finally {
    await follower.close();
  }
}

/** Where the last whole line ends: what follows is being written. */
async function endOfLines(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  for (let end = size; end > 0; end -= PIECE) {
    const start = Math.max(0, end - PIECE);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    const found = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (found !== -1) return start + found + 1;
  }
  return 0;
}

interface News {
  readonly record: FoundRecord;
  readonly view: Parameters<ReturnType<typeof matcherOf>>[0];
}

class Follower {
  readonly #directory: string;
  readonly #streams: readonly StreamName[];
  readonly #known = new Set<string>();
  #open: Followed[] = [];
  /** Files that began and were compressed between two looks. */
  #whole: LogFile[] = [];
  #present = new Set<string>();

  constructor(directory: string, streams: readonly StreamName[]) {
    this.#directory = directory;
    this.#streams = streams;
  }

  async look({ fromNow }: { readonly fromNow: boolean }): Promise<void> {
    this.#present = new Set();
    for (const stream of new Set(this.#streams)) {
      for (const file of await listFiles(this.#directory, stream)) {
        const key = `${stream}/${file.id}`;
        if (!file.compressed) this.#present.add(key);
        if (this.#known.has(key)) continue;
        this.#known.add(key);
        if (!file.compressed) await this.#begin(file, fromNow);
        else if (!fromNow) this.#whole.push(file);
      }
    }
  }

  async #begin(file: LogFile, fromNow: boolean): Promise<void> {
    try {
      const handle = await open(file.path, 'r');
      const offset = fromNow ? await endOfLines(handle) : 0;
      this.#open.push({ file, handle, reader: new RecordReader(file), offset, rest: Buffer.alloc(0) });
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
      this.#whole.push({ ...file, path: `${file.path}.zst`, compressed: true });
    }
  }

  async *news(): AsyncGenerator<News> {
    for (const file of this.#whole.splice(0)) {
      for await (const { view, line, offset } of fileRecords(file)) yield newsOf(file, { view, line, offset });
    }
    const still: Followed[] = [];
    for (const each of this.#open) {
      yield* newsIn(each);
      if (this.#present.has(`${each.file.stream}/${each.file.id}`)) still.push(each);
      else await each.handle.close();
    }
    this.#open = still;
  }

  async close(): Promise<void> {
    for (const { handle } of this.#open) await handle.close();
  }
}

async function* newsIn(followed: Followed): AsyncGenerator<News> {
  const { handle, file, reader } = followed;
  // A line that was torn when its writer died is cut off before the next one is written.
  const { size } = await handle.stat();
  if (size < followed.offset) [followed.offset, followed.rest] = [size, Buffer.alloc(0)];
  // Up to what is there now, so that a look at a file with nothing new costs no memory.
  while (followed.offset < size) {
    const piece = Buffer.alloc(Math.min(PIECE, size - followed.offset));
    const { bytesRead } = await handle.read(piece, 0, piece.length, followed.offset);
    if (bytesRead === 0) return;
    const bytes = Buffer.concat([followed.rest, piece.subarray(0, bytesRead)]);
    const start = followed.offset - followed.rest.length;
    followed.offset += bytesRead;
    const end = bytes.lastIndexOf(0x0a) + 1;
    followed.rest = bytes.subarray(end);
    for (const line of linesOf({ offset: start, bytes: bytes.subarray(0, end) })) {
      const read = reader.read(line);
      if (read !== undefined) yield newsOf(file, read);
    }
  }
}

function newsOf(
  { stream, id }: LogFile,
  { view, line, offset }: Pick<News, 'view'> & { line: string; offset: number },
): News {
  return { view, record: describe(line, { atMs: view.atMs, stream, file: id, offset }) };
}
