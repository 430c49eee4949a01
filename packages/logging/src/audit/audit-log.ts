import type { PrivateKey } from '@x/integrity';
import { LogError } from '../errors.ts';
import type { RecordRules } from '../record/encode-record.ts';
import { both, fieldIs, type Query } from '../search/query.ts';
import { searchFiles } from '../search/search.ts';
import { auditEvent, auditRecord } from './audit-record.ts';
import type { AuditWriter } from './audit-writer.ts';
import { rememberedHead, saveNote, signedNote } from './checkpoints.ts';
import type {
  AuditEvent,
  AuditInput,
  AuditProof,
  AuditQuery,
  AuditReceipt,
  AuditReport,
  RememberedHead,
} from './contract.ts';
import { proveRecord } from './prove.ts';
import { verifyAudit, type VerifyAuditOptions } from './verify-audit.ts';

/** Appends events, and reads them. It fits what other packages take as a book of events. */
export interface AuditBook {
  /** Adds an event. It is durable when the promise resolves. @throws {LogError} `INVALID_EVENT`, `LOG_UNWRITABLE`, `AUDIT_BUSY`, `AUDIT_DAMAGED`, `LOGS_CLOSED`. */
  append(event: AuditInput): Promise<void>;
  /** Events in the order of their times, oldest first. */
  read(query?: AuditQuery): AsyncIterable<AuditEvent>;
}

/** The audit log: what happened, who did it, and that nobody has changed it since. */
export interface AuditLog extends AuditBook {
  /** As `append`, and says where the event stands. */
  record(event: AuditInput): Promise<AuditReceipt>;
  /** The log on somebody's behalf: `authorize` is asked about them before anything is read, and they are the principal of events without one. */
  as(principal: string): AuditBook;
  /** Where the log ends now: remember it elsewhere. */
  head(): Promise<RememberedHead>;
  /** Signs where the log ends now, and keeps that beside the log: copy it elsewhere. @throws {LogError} `KEY_NEEDED`. */
  checkpoint(): Promise<string>;
  /** As `verifyAudit`, of this log. */
  verify(options?: VerifyAuditOptions): Promise<AuditReport>;
  /** Proves that a record is in the log; with a key, to whoever has the public one. @throws {LogError} `RECORD_NOT_FOUND`. */
  prove(number: number): Promise<AuditProof>;
}

/** What an audit log is made of. */
export interface AuditLogParts {
  readonly directory: string;
  readonly writer: AuditWriter;
  readonly rules: RecordRules;
  readonly now: () => number;
  readonly host: string;
  readonly privateKey: PrivateKey | undefined;
  /** Asked before events are read. */
  readonly mayRead: (principal: string | undefined, tenant: string | undefined) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Records between two checkpoints. */
const EVERY = 1000;

/** The audit log of a folder. */
export class StoredAuditLog implements AuditLog {
  readonly #parts: AuditLogParts;
  #unsigned = 0;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
  }

  async append(event: AuditInput): Promise<void> {
    await this.record(event);
  }

  async record(event: AuditInput): Promise<AuditReceipt> {
    const { writer, rules, host, now, privateKey } = this.#parts;
    const receipt = await writer.append(auditRecord(event, { rules, host, nowMs: now() }));
    this.#unsigned += 1;
    if (privateKey !== undefined && this.#unsigned >= EVERY) {
      this.#unsigned = 0;
      // The event is in the log: that the checkpoint fails is no failure of the event.
      await this.checkpoint().catch(this.#parts.onError);
    }
    return receipt;
  }

  read(query: AuditQuery = {}): AsyncIterable<AuditEvent> {
    return this.#read(query, undefined);
  }

  async *#read({ fromMs, toMs, names, tenant }: AuditQuery, principal: string | undefined): AsyncGenerator<AuditEvent> {
    const { directory, mayRead } = this.#parts;
    await mayRead(principal, tenant);
    const named: Query | undefined = names && { kind: 'or', parts: names.map((name) => fieldIs('name', name)) };
    const query = both(
      ...(named === undefined ? [] : [named]),
      ...(tenant === undefined ? [] : [fieldIs('tenant', tenant)]),
    );
    for await (const found of searchFiles(directory, query, { streams: ['audit'], order: 'oldest', fromMs, toMs })) {
      const event = auditEvent(found);
      if (event !== undefined) yield event;
    }
  }

  as(principal: string): AuditBook {
    return {
      append: async (event) => this.append({ principal, ...event }),
      read: (query = {}) => this.#read(query, principal),
    };
  }

  async head(): Promise<RememberedHead> {
    return rememberedHead(await this.#parts.writer.checkpoint());
  }

  async checkpoint(): Promise<string> {
    const { directory, writer, privateKey } = this.#parts;
    if (privateKey === undefined) {
      throw new LogError('KEY_NEEDED', 'Expected a key to sign the checkpoint with, got none', {
        hint: 'Open the logs with `signingKey`, an Ed25519 key: holdfast integrity keygen makes one.',
      });
    }
    const checkpoint = await writer.checkpoint();
    const note = signedNote(checkpoint, privateKey);
    await saveNote(directory, checkpoint.size, note);
    return note;
  }

  async verify(options: VerifyAuditOptions = {}): Promise<AuditReport> {
    return verifyAudit(this.#parts.directory, options);
  }

  async prove(number: number): Promise<AuditProof> {
    const { directory, writer, privateKey } = this.#parts;
    const checkpoint = await writer.checkpoint();
    const proof = await proveRecord(directory, number, checkpoint.size);
    const signed = privateKey === undefined ? {} : { checkpoint: signedNote(checkpoint, privateKey) };
    return { ...proof, origin: checkpoint.origin, ...signed };
  }

  /** Signs where the log ends, if anything was added since. */
  async close(): Promise<void> {
    const { privateKey, onError } = this.#parts;
    if (privateKey !== undefined && this.#unsigned > 0) await this.checkpoint().catch(onError);
    this.#unsigned = 0;
  }
}
