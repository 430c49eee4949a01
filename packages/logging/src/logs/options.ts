import { hostname } from 'node:os';
import type { PrivateKey } from '@x/integrity';
import { type Clock, systemClock } from '../clock.ts';
import { LogError, shown } from '../errors.ts';
import type { StreamName } from '../files/log-file.ts';
import type { RecordRules } from '../record/encode-record.ts';
import { isLevel, type Level } from '../record/levels.ts';
import { type RedactOptions, redaction } from '../record/redaction.ts';
import { type LogRetention, retentionDays } from '../upkeep/clean-plan.ts';

/** What somebody wants to do with logs. */
export interface LogIntent {
  readonly action: 'audit.read';
  /** `undefined` where nobody was named. */
  readonly by: string | undefined;
  /** Whose events are wanted; `undefined` for those of all. */
  readonly tenant: string | undefined;
}

/** How large a record may become. What is beyond is cut, with a mark. */
export interface RecordLimits {
  /** Bytes of a line. Default 65536. */
  readonly maxRecordBytes?: number | undefined;
  /** Characters of a text. Default 8192. */
  readonly maxTextLength?: number | undefined;
  /** Levels below the record. Default 8. */
  readonly maxDepth?: number | undefined;
  /** Members of one object, and items of one list. Default 200. */
  readonly maxMembers?: number | undefined;
}

/** How logs are kept. */
export interface LogsOptions {
  /** Where the three streams are; it is made when something is written. */
  readonly directory: string;
  /** Default: that of the machine. */
  readonly clock?: Clock | undefined;
  /** Name of the machine in records. Default: as the system says. */
  readonly host?: string | undefined;
  /** Structured records below it are not written. Default: `info`. */
  readonly level?: Level | undefined;
  readonly redact?: RedactOptions | undefined;
  readonly limits?: RecordLimits | undefined;
  /** A file that reaches this size is followed by the next. Default 16 MiB. */
  readonly maxFileBytes?: number | undefined;
  /** Bytes of records that may wait for the disk, of each stream. Default 8 MiB. */
  readonly maxBufferBytes?: number | undefined;
  /** How long a record may wait to be written with others, in milliseconds. Default 100. */
  readonly flushMs?: number | undefined;
  /** How long after a failure of the disk the next attempt comes, in milliseconds; it doubles up to half a minute. Default 1000. */
  readonly retryMs?: number | undefined;
  /** Name of the audit chain, which no other has. Default: a random one. Of a chain that is there already, its own. */
  readonly origin?: string | undefined;
  /** Signs checkpoints of the audit log, and bundles: an Ed25519 key. */
  readonly signingKey?: PrivateKey | undefined;
  readonly retention?: LogRetention | undefined;
  /** Asked before the audit log is read; whatever it throws ends the reading. Default: everybody may who can read the files. */
  readonly authorize?: ((intent: LogIntent) => void | Promise<void>) | undefined;
  /** Told of failures of the disk. Default: a warning of the process. */
  readonly onError?: ((error: LogError) => void) | undefined;
}

/** Options, checked, with the defaults. */
export interface ReadyOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly host: string;
  readonly level: Level;
  readonly rules: RecordRules;
  readonly maxFileBytes: number;
  readonly maxBufferBytes: number;
  readonly flushMs: number;
  readonly retryMs: number;
  readonly origin: string | undefined;
  readonly signingKey: PrivateKey | undefined;
  readonly days: Readonly<Record<StreamName, number>>;
  readonly authorize: (intent: LogIntent) => void | Promise<void>;
  readonly onError: (error: LogError) => void;
}

const MiB = 1024 * 1024;

/** Checks options. @throws {LogError} `INVALID_OPTION`. */
export function readyOptions(options: LogsOptions): ReadyOptions {
  const { directory, clock = systemClock, host = hostname(), level = 'info', redact, limits = {} } = options;
  if (typeof directory !== 'string' || directory === '') {
    throw new LogError('INVALID_OPTION', `Expected "directory" to be a folder, got ${shown(directory)}`);
  }
  if (!isLevel(level)) {
    throw new LogError('INVALID_OPTION', `Expected "level" to be one of trace to fatal, got ${shown(level)}`);
  }
  if (options.signingKey !== undefined && options.signingKey.algorithm !== 'ed25519') {
    throw new LogError('INVALID_OPTION', `Expected an Ed25519 key to sign with, got ${options.signingKey.algorithm}`);
  }
  const number = (
    name: string,
    value: number | undefined,
    [usual, least, most]: readonly [number, number, number],
  ): number => {
    const given = value ?? usual;
    if (Number.isSafeInteger(given) && given >= least && given <= most) return given;
    throw new LogError(
      'INVALID_OPTION',
      `Expected "${name}" to be a whole number from ${least} to ${most}, got ${shown(value)}`,
    );
  };
  return {
    directory,
    clock,
    host,
    level,
    rules: {
      redaction: redaction(redact),
      maxRecordBytes: number('maxRecordBytes', limits.maxRecordBytes, [65_536, 1024, MiB]),
      maxTextLength: number('maxTextLength', limits.maxTextLength, [8192, 16, MiB]),
      maxDepth: number('maxDepth', limits.maxDepth, [8, 1, 100]),
      maxMembers: number('maxMembers', limits.maxMembers, [200, 1, 100_000]),
    },
    maxFileBytes: number('maxFileBytes', options.maxFileBytes, [16 * MiB, 16_384, 1024 * MiB]),
    maxBufferBytes: number('maxBufferBytes', options.maxBufferBytes, [8 * MiB, 4096, 1024 * MiB]),
    flushMs: number('flushMs', options.flushMs, [100, 1, 60_000]),
    retryMs: number('retryMs', options.retryMs, [1000, 1, 60_000]),
    origin: options.origin,
    signingKey: options.signingKey,
    days: retentionDays(options.retention),
    authorize: options.authorize ?? (() => undefined),
    onError:
      options.onError ?? ((error) => process.emitWarning(error.message, { code: error.code, type: 'LogWarning' })),
  };
}
