/** What went wrong, as a closed list. `docs/errors.md` says of each one what happened and what to do. */
export type LogErrorCode =
  | 'AUDIT_BUSY'
  | 'AUDIT_DAMAGED'
  | 'BUNDLE_EXISTS'
  | 'INVALID_BUNDLE'
  | 'INVALID_CURSOR'
  | 'INVALID_EVENT'
  | 'INVALID_OPTION'
  | 'INVALID_QUERY'
  | 'KEY_NEEDED'
  | 'LOGS_CLOSED'
  | 'LOG_UNREADABLE'
  | 'LOG_UNWRITABLE'
  | 'RECORD_NOT_FOUND';

/** What a {@link LogError} can carry beside its message. */
export interface LogErrorOptions {
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Every failure of this package. Test it by its `code`, not with `instanceof`: two copies of the package may be loaded. */
export class LogError extends Error {
  override readonly name: string = 'LogError';
  /** The kind of failure. */
  readonly code: LogErrorCode;
  /** What to do about it, where there is a way out. */
  readonly hint: string | undefined;

  constructor(code: LogErrorCode, message: string, options: LogErrorOptions = {}) {
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

/** Whether the system said so: `ENOENT`, `ENOSPC`, … */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
