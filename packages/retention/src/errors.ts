/** Why a plan, a policy or a text could not be made. Each code is explained in `docs/errors.md`. */
export type RetentionErrorCode =
  | 'INVALID_ITEM'
  | 'DUPLICATE_ID'
  | 'PARENT_CYCLE'
  | 'INVALID_TIME'
  | 'INVALID_POLICY'
  | 'INVALID_POLICY_TEXT'
  | 'INVALID_OPTION'
  | 'UNKNOWN_TIME_ZONE'
  | 'REMOVES_ALL'
  | 'RETENTION_SHORTENED';

/** What a {@link RetentionError} can carry beside its message. */
export interface RetentionErrorOptions {
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Every failure of this package. Test it by its `code`, not with `instanceof`: two copies of the package may be loaded. */
export class RetentionError extends Error {
  override readonly name: string = 'RetentionError';
  /** The kind of failure. */
  readonly code: RetentionErrorCode;
  /** What to do about it, where there is a way out. */
  readonly hint: string | undefined;

  constructor(code: RetentionErrorCode, message: string, options: RetentionErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

const LONGEST = 80;

/** A value as a message shows it: short, on one line, and never a second failure. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null)
    return `${value}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
