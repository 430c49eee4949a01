import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { isSystemError, LogError } from '../errors.ts';
import type { LogFile } from './log-file.ts';

/** Whole lines of a file. */
export interface Block {
  /** Bytes of the file, uncompressed, before it. */
  readonly offset: number;
  /** Each line with its line end, but for the last of a file that ends without. */
  readonly bytes: Buffer;
}

const BLOCK = 256 * 1024;
/** A line that is longer is cut into several: whoever writes one can't fill the memory of whoever reads. */
const LONGEST_LINE = 8 * 1024 * 1024;
const LINE_END = 0x0a;

/** Where it is now: it may have been compressed, or removed, since it was listed. */
async function openNow(file: LogFile): Promise<{ handle: FileHandle; compressed: boolean } | undefined> {
  const raw = file.compressed ? file.path.slice(0, -'.zst'.length) : file.path;
  for (const path of file.compressed ? [`${raw}.zst`, raw] : [raw, `${raw}.zst`]) {
    try {
      return { handle: await open(path, 'r'), compressed: path.endsWith('.zst') };
    } catch (cause) {
      if (isSystemError(cause, 'ENOENT')) continue;
      throw new LogError('LOG_UNREADABLE', `Expected to read ${path}, got ${(cause as Error).message}`, { cause });
    }
  }
  return undefined;
}

/** The bytes of a file, uncompressed; nothing of one that was removed meanwhile. @throws {LogError} `LOG_UNREADABLE`. */
async function* readBytes(file: LogFile, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const opened = await openNow(file);
  if (opened === undefined) return;
  const { handle, compressed } = opened;
  const source = createReadStream('', { fd: handle, highWaterMark: BLOCK, autoClose: true });
  const bytes: Readable = compressed ? source.pipe(createZstdDecompress({ chunkSize: BLOCK })) : source;
  // An error of the source is not passed on by pipe().
  source.on('error', (error) => bytes.destroy(error));
  try {
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      yield chunk as Buffer;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new LogError('LOG_UNREADABLE', `Expected to read ${file.path}, got ${(cause as Error).message}`, {
      cause,
      hint: 'A compressed file that is damaged has to come from a backup; holdfast logs verify names all of them.',
    });
  } finally {
    source.destroy();
  }
}

/** The lines of a file in blocks of some size. @throws {LogError} `LOG_UNREADABLE`. */
export async function* readBlocks(file: LogFile, signal?: AbortSignal): AsyncGenerator<Block> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of readBytes(file, signal)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(LINE_END) + 1;
    const cut = end === 0 && bytes.length > LONGEST_LINE ? bytes.length : end;
    if (cut > 0) yield { offset, bytes: bytes.subarray(0, cut) };
    offset += cut;
    rest = bytes.subarray(cut);
  }
  if (rest.length > 0) yield { offset, bytes: rest };
}

/** One line of a file. */
export interface Line {
  /** Bytes of the file, uncompressed, before it. */
  readonly offset: number;
  /** Without its line end. */
  readonly bytes: Buffer;
  /** Whether it has a line end: what has none may still be being written. */
  readonly ended: boolean;
}

/** The lines of a block. */
export function* linesOf({ offset, bytes }: Block): Generator<Line> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LINE_END, start);
    const end = found === -1 ? bytes.length : found;
    yield { offset: offset + start, bytes: bytes.subarray(start, end), ended: found !== -1 };
    start = end + 1;
  }
}

/** The lines of a file. @throws {LogError} `LOG_UNREADABLE`. */
export async function* readLines(file: LogFile, signal?: AbortSignal): AsyncGenerator<Line> {
  for await (const block of readBlocks(file, signal)) yield* linesOf(block);
}
