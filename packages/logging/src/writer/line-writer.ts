import { mkdirSync, openSync, writeSync, fsyncSync, closeSync } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dayOf, type StreamName } from '../files/log-file.ts';
import { LogError } from '../errors.ts';

/** Where lines go, and how many may wait. */
export interface LineWriterOptions {
  readonly directory: string;
  readonly stream: StreamName;
  /** Part of the names of files: no other process writes to files with it. */
  readonly writer: string;
  readonly now: () => number;
  readonly maxFileBytes: number;
  /** Bytes that may wait for the disk; what comes beyond is lost, and counted. */
  readonly maxBufferBytes: number;
  readonly flushMs: number;
  readonly retryMs: number;
  readonly onError: (error: LogError) => void;
  /** A file has got its last line. */
  readonly onClosed: () => void;
  /** The line that says how many were lost, without its end. */
  readonly lostLine: (lost: number, sinceMs: number) => string;
}

/** Lines that are being written. */
interface Batch {
  readonly bytes: Buffer;
  readonly lines: number;
}

/** A batch is handed to the system at once. */
const BATCH_BYTES = 1024 * 1024;
const LONGEST_WAIT_MS = 30_000;

/**
 * Writes lines to files of one process, one after the other, without making anybody wait for the disk. A line is written at a fixed place of its
 * file, so that a write that is tried again, after a failure or when the process ends meanwhile, never makes a line twice.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  /** Bytes that do not wait for more. */
  readonly #enough: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #batch: Batch | undefined;
  #file: { readonly handle: FileHandle; readonly path: string; readonly day: string; bytes: number } | undefined;
  #number = 0;
  #running: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #lost = 0;
  #lostSinceMs = 0;
  #lostEver = 0;
  #closed = false;
  #drained: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#enough = Math.min(BATCH_BYTES / 4, options.maxBufferBytes / 2);
  }

  /** Lines that were lost since the beginning, since they found no room. */
  get lost(): number {
    return this.#lostEver;
  }

  /** Failures of the disk one after the other, 0 when all is well. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether it writes to a file now, by the name of the file. */
  isOpen(id: string): boolean {
    return this.#file !== undefined && basename(this.#file.path) === id;
  }

  /** Takes a line without its end. @returns Whether more may come at once; else wait for {@link drained}. */
  add(line: string): boolean {
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#closed || this.#waitingBytes + bytes > this.#options.maxBufferBytes) {
      if (this.#lost === 0) this.#lostSinceMs = this.#options.now();
      this.#lost += 1;
      this.#lostEver += 1;
      return false;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes >= this.#enough && this.#failures === 0) void this.#run();
    else this.#schedule(this.#options.flushMs);
    return this.#waitingBytes < this.#options.maxBufferBytes / 2;
  }

  /** Resolves when there is room again. */
  async drained(): Promise<void> {
    if (this.#waitingBytes < this.#options.maxBufferBytes / 2) return;
    if (this.#drained === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#drained = { promise, resolve };
    }
    // Else a process that waits for this and nothing else would end here.
    this.#timer?.ref();
    await this.#drained.promise;
  }

  /** Writes what waits now. @returns Whether all of it is written. Never rejects. */
  async flush(): Promise<boolean> {
    // A run that is under way may have left out what came last.
    await this.#running;
    return (await this.#run()) && this.#waiting.length === 0;
  }

  /** Writes what waits, makes it durable, and ends. Never rejects. */
  async close(): Promise<boolean> {
    const written = await this.flush();
    this.#closed = true;
    this.#lostEver += this.#waiting.length + (this.#batch?.lines ?? 0);
    [this.#waiting, this.#batch] = [[], undefined];
    clearTimeout(this.#timer);
    this.#drained?.resolve();
    await this.#endFile();
    return written;
  }

  /** What waits, written before the process ends: nothing asynchronous happens any more. */
  writeNow(): void {
    if (this.#closed || (this.#batch === undefined && this.#waiting.length === 0)) return;
    this.#closed = true;
    try {
      const rest = Buffer.concat([this.#batch?.bytes ?? Buffer.alloc(0), Buffer.from(this.#taken(this.#waiting))]);
      if (this.#file !== undefined) {
        writeSync(this.#file.handle.fd, rest, 0, rest.length, this.#file.bytes);
        return;
      }
      mkdirSync(join(this.#options.directory, this.#options.stream), { recursive: true });
      const fd = openSync(this.#nextPath(dayOf(this.#options.now())), 'wx');
      writeSync(fd, rest);
      fsyncSync(fd);
      closeSync(fd);
    } catch (cause) {
      this.#tell(cause);
    }
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#run(), ms);
    if (this.#drained === undefined) this.#timer.unref();
  }

  async #run(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#running ??= this.#writeAll().finally(() => (this.#running = undefined)));
  }

  async #writeAll(): Promise<boolean> {
    try {
      while (this.#batch !== undefined || this.#waiting.length > 0) {
        this.#batch ??= this.#nextBatch();
        await this.#writeBatch(this.#batch.bytes);
        this.#batch = undefined;
        this.#recovered();
      }
      return true;
    } catch (cause) {
      this.#failures += 1;
      this.#tell(cause);
      if (!this.#closed) this.#schedule(Math.min(this.#options.retryMs * 2 ** (this.#failures - 1), LONGEST_WAIT_MS));
      return false;
    }
  }

  #nextBatch(): Batch {
    let [count, length] = [0, 0];
    while (count < this.#waiting.length && length < BATCH_BYTES) length += (this.#waiting[count++] ?? '').length;
    const bytes = Buffer.from(this.#taken(this.#waiting.splice(0, count)));
    this.#waitingBytes -= bytes.length;
    return { bytes, lines: count };
  }

  #taken(lines: readonly string[]): string {
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }

  async #writeBatch(batch: Buffer): Promise<void> {
    const day = dayOf(this.#options.now());
    // Others may have taken it for one of a dead process, and compressed it.
    const gone = this.#file !== undefined && (await this.#file.handle.stat()).nlink === 0;
    const full = this.#file !== undefined && this.#file.bytes + batch.length > this.#options.maxFileBytes;
    const isOver = gone || (full && this.#file?.bytes !== 0) || (this.#file !== undefined && this.#file.day !== day);
    if (isOver) await this.#endFile();
    const file = (this.#file ??= await this.#newFile(day));
    // Only now: a file is known to be closed by the one after it.
    if (isOver) this.#options.onClosed();
    for (let done = 0; done < batch.length;) {
      const { bytesWritten } = await file.handle.write(batch, done, batch.length - done, file.bytes + done);
      done += bytesWritten;
    }
    file.bytes += batch.length;
  }

  #nextPath(day: string): string {
    const { directory, stream, writer } = this.#options;
    const name = `${day}.${writer}.${String((this.#number += 1)).padStart(6, '0')}.jsonl`;
    return join(directory, stream, name);
  }

  async #newFile(day: string): Promise<{ handle: FileHandle; path: string; day: string; bytes: number }> {
    await mkdir(join(this.#options.directory, this.#options.stream), { recursive: true });
    const path = this.#nextPath(day);
    return { handle: await open(path, 'wx', 0o640), path, day, bytes: 0 };
  }

  async #endFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      await file.handle.datasync();
    } catch (cause) {
      this.#tell(cause);
    }
    await file.handle.close().catch((cause: unknown) => this.#tell(cause));
  }

  #recovered(): void {
    this.#failures = 0;
    if (this.#lost > 0) {
      const line = this.#options.lostLine(this.#lost, this.#lostSinceMs);
      this.#lost = 0;
      this.#waiting.push(line);
      this.#waitingBytes += Buffer.byteLength(line) + 1;
    }
    if (this.#waitingBytes >= this.#options.maxBufferBytes / 2) return;
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  #tell(cause: unknown): void {
    const what = cause instanceof Error ? cause.message : String(cause);
    try {
      this.#options.onError(
        new LogError('LOG_UNWRITABLE', `Expected to write the ${this.#options.stream} log, got ${what}`, {
          cause,
          hint: 'Records wait in memory, and are written when the disk takes them; beyond the limit they are lost, and counted.',
        }),
      );
    } catch {
      // Who is told of failures must not make more of them.
    }
  }
}
