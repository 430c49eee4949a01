import type { Writable } from 'node:stream';
import type { Level } from '../record/levels.ts';

/** What a record says beside its message. `tenant`, `name` and `correlationId` are searched and shown by themselves. */
export interface LogFields {
  readonly tenant?: string | undefined;
  /** What ties the records of one request together. */
  readonly correlationId?: string | undefined;
  /** The part of the application. */
  readonly name?: string | undefined;
  /** An error, with its code, cause and stack. */
  readonly err?: unknown;
  readonly [field: string]: unknown;
}

/**
 * Writes a record: `log.info('text', { fields })`, or as pino has it, `log.info({ fields }, 'text')` and `log.error(error, 'text')`. It never throws and
 * never waits.
 *
 * @returns Whether more may come at once; `false` says that the disk is slower than the application: wait for `logs.drained()`, where that is possible.
 */
export interface LogMethod {
  (message: string, fields?: LogFields): boolean;
  (fields: LogFields | Error, message?: string): boolean;
}

/** Writes structured records. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** Records below it are not written. */
  level: Level;
  /** A logger that writes these fields with each record, beside those of this one. */
  child(fields: LogFields): Logger;
  /** Whether records of a level are written: whoever would have to compute what to log can ask first. */
  isEnabled(level: Level): boolean;
}

/** A stream that takes lines, of pino or of anything. Who writes more than the disk takes is made to wait, as streams do. */
export type LineDestination = Writable & {
  /** Lines that were taken. */
  readonly lines: number;
};
