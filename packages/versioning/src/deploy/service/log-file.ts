import { type FileHandle, open } from 'node:fs/promises';
import { codeOf } from '../../artifact/file-failure.ts';
import { systemSleep } from '../../clock.ts';

/** How much is read at a time, in bytes. */
const BLOCK = 64 * 1024;
/** The longest line that is kept whole, in bytes: a program that writes no line ends must not fill the memory. */
const LONGEST_LINE = 1024 * 1024;
/** How often it is looked for more, in milliseconds. */
const LOOK_MS = 200;
const LINE_END = 0x0a;

/** The last lines of a file, first to last. It is read from its end, and only as far as needed. None when there is no file. */
export async function lastLines(path: string, count: number): Promise<string[]> {
  const file = await openLog(path);
  if (file === undefined) return [];
  try {
    const { lines, rest } = await readEnd(file, count);
    const all = rest === '' ? lines : [...lines, rest];
    return count === 0 ? [] : all.slice(-count);
  } finally {
    await file.close();
  }
}

/** The last lines of a file, and those that come, until the signal is aborted. It goes on when the file is rotated, emptied or only then made. */
export async function* followLines(
  path: string,
  { lines: count, signal }: { readonly lines: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<string> {
  const log = new FollowedLog(path);
  try {
    yield* await log.begin(count);
    for (;;) {
      signal?.throwIfAborted();
      const lines = await log.more();
      yield* lines;
      if (lines.length === 0) await systemSleep(LOOK_MS, signal);
    }
  } finally {
    await log.close();
  }
}

/** A log that grows, and may be replaced by a new one of its name. */
class FollowedLog {
  readonly #path: string;
  #file: FileHandle | undefined;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** Its last lines. What comes later is given by `more`. */
  async begin(count: number): Promise<string[]> {
    this.#file = await openLog(this.#path);
    if (this.#file === undefined) return [];
    const { lines, end } = await readEnd(this.#file, count);
    this.#position = end;
    return lines;
  }

  /** Whole lines that have come, a block at a time. */
  async more(): Promise<string[]> {
    const lines = await this.#read();
    if (lines.length > 0 || !(await this.#isReplaced())) return lines;
    // What was written to the old one between the last look and its end.
    const last = await this.#read();
    if (last.length > 0) return last;
    const rest = this.#takeRest();
    await this.close();
    this.#file = await openLog(this.#path);
    this.#position = 0;
    return rest;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #read(): Promise<string[]> {
    if (this.#file === undefined) return [];
    // It was emptied in place, as `copytruncate` does.
    if ((await this.#file.stat()).size < this.#position) {
      this.#position = 0;
      this.#rest = Buffer.alloc(0);
    }
    const block = Buffer.alloc(BLOCK);
    const { bytesRead } = await this.#file.read(block, 0, BLOCK, this.#position);
    this.#position += bytesRead;
    const all = Buffer.concat([this.#rest, block.subarray(0, bytesRead)]);
    const end = all.lastIndexOf(LINE_END) + 1;
    this.#rest = all.subarray(end);
    const whole = linesOf(all.subarray(0, end));
    return this.#rest.length > LONGEST_LINE ? [...whole, ...this.#takeRest()] : whole;
  }

  #takeRest(): string[] {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? [] : [rest.toString('utf8')];
  }

  /** Whether its name leads to another file now, or to the first one. */
  async #isReplaced(): Promise<boolean> {
    const now = await openLog(this.#path);
    if (now === undefined) return false;
    try {
      if (this.#file === undefined) return true;
      const [a, b] = await Promise.all([now.stat({ bigint: true }), this.#file.stat({ bigint: true })]);
      return a.ino !== b.ino || a.dev !== b.dev;
    } finally {
      await now.close();
    }
  }
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The end of a file. */
interface LogEnd {
  /** Whole lines. */
  readonly lines: string[];
  /** A line that has not ended. */
  readonly rest: string;
  /** Where that begins, in bytes. */
  readonly end: number;
}

/** Reads blocks from the end until there are lines enough. */
async function readEnd(file: FileHandle, count: number): Promise<LogEnd> {
  const { size } = await file.stat();
  const blocks: Buffer[] = [];
  let begin = size;
  let ends = 0;
  let bytes = 0;
  while (begin > 0 && ends <= count && bytes < LONGEST_LINE * (ends + 1)) {
    const length = Math.min(BLOCK, begin);
    const block = Buffer.alloc(length);
    const { bytesRead } = await file.read(block, 0, length, begin - length);
    begin -= length;
    bytes += bytesRead;
    blocks.unshift(block.subarray(0, bytesRead));
    for (const byte of block.subarray(0, bytesRead)) if (byte === LINE_END) ends++;
  }
  const all = Buffer.concat(blocks);
  const last = all.lastIndexOf(LINE_END) + 1;
  const lines = linesOf(all.subarray(0, last));
  // The first one may have been cut.
  const whole = begin > 0 ? lines.slice(1) : lines;
  return {
    lines: count === 0 ? [] : whole.slice(-count),
    rest: all.subarray(last).toString('utf8'),
    end: begin + last,
  };
}

const linesOf = (bytes: Buffer): string[] =>
  bytes.length === 0
    ? []
    : bytes
        .subarray(0, -1)
        .toString('utf8')
        .split('\n')
        .map((line) => line.replace(/\r$/, ''));
