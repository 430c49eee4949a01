import { join } from 'node:path';
import type { Checkpoint } from '@x/integrity';
import { LogError } from '../errors.ts';
import { AuditHead } from './audit-head.ts';
import { bodyOf, lineOf } from './audit-line.ts';
import type { AuditReceipt } from './contract.ts';
import { AuditLock } from './lock.ts';
import { auditFolder } from './segments.ts';

/** A record without its place. */
export type AuditRecord = Readonly<Record<string, unknown>>;

/** What a writer is given. */
export interface AuditWriterOptions {
  readonly directory: string;
  readonly origin: string | undefined;
  readonly now: () => number;
  readonly maxFileBytes: number;
  /** A segment has got its last line. */
  readonly onClosed: () => void;
}

interface Waiting {
  readonly record: AuditRecord;
  readonly resolve: (receipt: AuditReceipt) => void;
  readonly reject: (error: unknown) => void;
}

/** Records that are written at once, at most. */
const GROUP = 1000;

/**
 * Adds records to the chain. Those that come while others are being written wait, and are then written with one lock and one fsync: the more come at
 * once, the less each costs. A record is durable before its promise resolves.
 */
export class AuditWriter {
  readonly #options: AuditWriterOptions;
  readonly #head: AuditHead;
  readonly #lock: AuditLock;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  #generation = 0;
  #lastPath: string | undefined;

  constructor(options: AuditWriterOptions) {
    this.#options = options;
    this.#head = new AuditHead(options.directory, options.origin);
    this.#lock = new AuditLock(join(auditFolder(options.directory), 'lock'));
  }

  /** Adds a record. @throws {LogError} `LOG_UNWRITABLE`, `AUDIT_BUSY`, `AUDIT_DAMAGED`, `LOGS_CLOSED`. */
  async append(record: AuditRecord): Promise<AuditReceipt> {
    if (this.#closed) throw new LogError('LOGS_CLOSED', 'Expected open logs, got closed ones');
    const { promise, resolve, reject } = Promise.withResolvers<AuditReceipt>();
    this.#waiting.push({ record, resolve, reject });
    this.#running ??= this.#writeAll().finally(() => (this.#running = undefined));
    return promise;
  }

  /** Runs something that no other writer runs at the same time, with the chain as it is now. */
  async exclusively<T>(run: (head: AuditHead) => Promise<T>): Promise<T> {
    await this.#running;
    return this.#lock.hold(async () => {
      await this.#caughtUp();
      return run(this.#head);
    });
  }

  /** What the chain is now. */
  async checkpoint(): Promise<Checkpoint> {
    return this.exclusively(async ({ chain }) => chain.checkpoint());
  }

  async close(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    this.#closed = true;
    await this.#lock.close();
  }

  async #writeAll(): Promise<void> {
    // What else is added in this turn goes with it.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP);
      try {
        const receipts = await this.#lock.hold(async () => {
          await this.#caughtUp();
          return this.write(
            this.#head,
            group.map(({ record }) => record),
          );
        });
        for (const [index, receipt] of receipts.entries()) group[index]?.resolve(receipt);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
  }

  async #caughtUp(): Promise<void> {
    if (this.#generation !== this.#lock.generation) this.#head.forget();
    this.#generation = this.#lock.generation;
    try {
      await this.#head.catchUp();
    } catch (error) {
      this.#head.forget();
      throw asUnwritable(error);
    }
  }

  /** Writes records, for who holds the lock. */
  async write(head: AuditHead, records: readonly AuditRecord[]): Promise<readonly AuditReceipt[]> {
    const { chain } = head;
    const target = head.segmentFor(this.#options.now(), this.#options.maxFileBytes);
    const state = chain.state();
    const receipts: AuditReceipt[] = [];
    const lines: string[] = [];
    try {
      for (const record of records) {
        const previous = Buffer.from(chain.link).toString('hex');
        const body = bodyOf({ ...record, number: chain.size, previous });
        const { number, hash } = chain.append(Buffer.from(body));
        lines.push(lineOf(body, hash));
        receipts.push({ number, hash: Buffer.from(hash).toString('hex') });
      }
      await head.write(target, `${target.header}${lines.join('\n')}\n`, state);
    } catch (error) {
      head.forget();
      throw asUnwritable(error);
    }
    if (this.#lastPath !== undefined && this.#lastPath !== target.path) this.#options.onClosed();
    this.#lastPath = target.path;
    return receipts;
  }
}

function asUnwritable(error: unknown): unknown {
  if (error instanceof LogError) return error;
  const what = error instanceof Error ? error.message : String(error);
  return new LogError('LOG_UNWRITABLE', `Expected to write the audit log, got ${what}`, {
    cause: error,
    hint: 'The event is not in the log. Free the disk, or see to its permissions, and append it again.',
  });
}
