/** What the CLI itself reports, beside the codes of the packages below it. Explained in `docs/errors.md`. */
export type CliErrorCode =
  /** The command line is not understood. */
  | 'USAGE'
  /** A file named by `--config` is not there. */
  | 'CONFIG_NOT_FOUND'
  /** The configuration is not JSON, or a field is not what it must be. `details` lists the problems. */
  | 'CONFIG_INVALID'
  /** No repository is named anywhere. */
  | 'REPOSITORY_NOT_SET'
  /** `backup create` has no path, no configured sources and no checkout to fall back on. */
  | 'NOTHING_TO_BACK_UP'
  /** No snapshot is the `latest` of this tenant, host and roots. */
  | 'SNAPSHOT_NOT_FOUND'
  /** A passphrase or recovery code is needed and can't be asked for. */
  | 'SECRET_NEEDED'
  /** A file that holds a passphrase or recovery code can't be read, or is empty. */
  | 'SECRET_UNREADABLE'
  /** The command would change files of the user and was not confirmed. */
  | 'NOT_CONFIRMED'
  /** A file that the command needs, or one of a folder that is to be signed, can't be read. */
  | 'UNREADABLE'
  /** A file that the command was to write can't be written. Nothing is left of it. */
  | 'UNWRITABLE'
  /** A process that was to run in the background has ended at once. */
  | 'DAEMON_ENDED'
  /** A failure that nobody foresaw: worth a report, with what `--debug` says. */
  | 'UNEXPECTED';

/** What a {@link CliError} carries beside its message. */
export interface CliErrorOptions {
  readonly cause?: unknown;
  /** The way out, in one sentence. */
  readonly hint?: string | undefined;
  /** More facts, one a line. */
  readonly details?: readonly string[] | undefined;
}

/** A mistake the user can set right: rendered as a message and a hint, never with a stack. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly code: CliErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly string[] | undefined;

  constructor(code: CliErrorCode, message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** A `USAGE` error. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError('USAGE', message, { hint });
}
