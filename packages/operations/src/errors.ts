/** What went wrong, as a closed list. `docs/errors.md` says of each one what happened and what to do. */
export type OperationsErrorCode =
  | 'ACCESS_DENIED'
  | 'ALERTS_DAMAGED'
  | 'CHANNEL_FAILED'
  | 'CLOSED'
  | 'DRILL_FOLDER_FAILED'
  | 'DRILL_NO_ROOM'
  | 'GIT_FAILED'
  | 'GIT_NOT_FOUND'
  | 'INVALID_ACCESS'
  | 'INVALID_ALERTS'
  | 'INVALID_JOB'
  | 'INVALID_OPTION'
  | 'INVALID_PERIOD'
  | 'INVALID_TIMING'
  | 'LISTEN_FAILED'
  | 'METRICS_UNWRITABLE'
  | 'NOT_CONFIGURED'
  | 'PACKAGE_MISSING'
  | 'REPORT_UNWRITABLE'
  | 'RUN_TAKEN_OVER'
  | 'SCHEDULER_STOPPED'
  | 'SCHEDULE_DAMAGED'
  | 'UNKNOWN_JOB';

/** What an {@link OperationsError} can carry beside its message. */
export interface OperationsErrorOptions {
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Every failure of this package. Test it by its `code`, not with `instanceof`: two copies of the package may be loaded. */
export class OperationsError extends Error {
  override readonly name: string = 'OperationsError';
  /** The kind of failure. */
  readonly code: OperationsErrorCode;
  /** What to do about it, where there is a way out. */
  readonly hint: string | undefined;

  constructor(code: OperationsErrorCode, message: string, options: OperationsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

const LONGEST = 80;

/** A value as a message shows it: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
