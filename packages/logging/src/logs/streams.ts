import { randomBytes } from 'node:crypto';
import { LogError } from '../errors.ts';
import type { StreamName } from '../files/log-file.ts';
import { encodeRecord } from '../record/encode-record.ts';
import type { LoggedParts } from '../structured/logger.ts';
import { tidyStream } from '../upkeep/tidy.ts';
import { LineWriter } from '../writer/line-writer.ts';
import type { ReadyOptions } from './options.ts';

/** The part of a file's name that says which machine wrote it. */
function hostPart(host: string): string {
  return host.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 40);
}

const MOST_TOLD = 100;

/** What writes the structured and the performance stream, and looks after the files of all. */
export class WrittenStreams {
  readonly structured: LineWriter;
  readonly performance: LineWriter;
  readonly #options: ReadyOptions;
  readonly #writer: string;
  #tidying: Promise<void> | undefined;
  #begun = false;
  readonly #told = new Set<string>();

  constructor(options: ReadyOptions) {
    this.#options = options;
    this.#writer = `${hostPart(options.host)}-${process.pid}-${randomBytes(3).toString('hex')}`;
    this.structured = this.#open('structured');
    this.performance = this.#open('performance');
  }

  #open(stream: StreamName): LineWriter {
    const { directory, clock, maxFileBytes, maxBufferBytes, flushMs, retryMs, onError } = this.#options;
    return new LineWriter({
      directory,
      stream,
      writer: this.#writer,
      now: () => clock.now(),
      maxFileBytes,
      maxBufferBytes,
      flushMs,
      retryMs,
      onError,
      onClosed: () => void this.tidy(),
      lostLine: (lost, sinceMs) =>
        this.lineOf({
          level: 'warn',
          bound: {},
          fields: { name: 'logs.lost', lost, since: new Date(sinceMs).toISOString() },
          message: `${lost} records were lost: they found no room while the disk was slow or failed`,
        }),
    });
  }

  /** A record as a line. Never throws. */
  lineOf(parts: LoggedParts): string {
    const { clock, host, rules } = this.#options;
    try {
      return encodeRecord({ ...parts, timeMs: clock.now(), hostname: host, pid: process.pid }, rules);
    } catch (error) {
      // Objects of the application can fail in ways that nobody foresaw.
      const message = `A record could not be written: ${error instanceof Error ? error.message : 'unknown'}`;
      const frame = { timeMs: clock.now(), hostname: host, pid: process.pid, bound: {}, fields: undefined };
      return encodeRecord({ ...frame, level: parts.level, message }, rules);
    }
  }

  /** Adds a line to a stream, and looks once after what earlier processes have left. */
  add(writer: LineWriter, line: string): boolean {
    if (!this.#begun) {
      this.#begun = true;
      void this.tidy();
    }
    return writer.add(line);
  }

  /** Looks after files. Never rejects. */
  async tidy(): Promise<void> {
    const before = this.#tidying ?? Promise.resolve();
    const run = before.then(async () => this.#tidyAll());
    this.#tidying = run;
    await run;
  }

  async #tidyAll(): Promise<void> {
    const { directory, clock, host } = this.#options;
    const onError = (error: unknown): void => this.#tellOnce(error);
    for (const stream of ['structured', 'performance', 'audit'] as const) {
      try {
        await tidyStream(directory, stream, {
          nowMs: clock.now(),
          host: hostPart(host),
          isOpen: ({ id }) => this[stream === 'audit' ? 'structured' : stream].isOpen(id),
          onError,
        });
      } catch (error) {
        onError(error);
      }
    }
  }

  /** A file that is damaged is met again and again. */
  #tellOnce(error: unknown): void {
    const what = error instanceof Error ? error.message : String(error);
    if (this.#told.has(what)) return;
    if (this.#told.size < MOST_TOLD) this.#told.add(what);
    this.tell(error);
  }

  /** Tells of a failure that is nobody's who could be told otherwise. Never throws. */
  tell(error: unknown): void {
    const what = error instanceof Error ? error.message : String(error);
    const told =
      error instanceof LogError
        ? error
        : new LogError('LOG_UNWRITABLE', `Expected to keep the logs in order, got ${what}`, { cause: error });
    try {
      this.#options.onError(told);
    } catch {
      // Who is told of failures must not make more of them.
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.structured.close(), this.performance.close()]);
    await this.#tidying;
  }
}
