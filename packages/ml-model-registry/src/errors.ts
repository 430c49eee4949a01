/** Why an operation failed. Each code is explained in `docs/errors.md`. */
export type ModelErrorCode =
  | 'INVALID_INPUT'
  | 'INVALID_NAME'
  | 'UNKNOWN_CHANGE'
  | 'READ_FAILED'
  | 'WRITE_FAILED'
  | 'NOT_A_FILE'
  | 'FILE_CHANGED'
  | 'TARGET_EXISTS'
  | 'MODEL_NOT_FOUND'
  | 'VERSION_NOT_FOUND'
  | 'VERSION_IN_USE'
  | 'ALIAS_NOT_FOUND'
  | 'ALIAS_MOVED'
  | 'NOTHING_BEFORE'
  | 'MODEL_REFUSED'
  | 'MODEL_DAMAGED'
  | 'KEY_NEEDED'
  | 'NOT_SIGNED'
  | 'BAD_SIGNATURE'
  | 'OWN_APPROVAL'
  | 'GATE_FAILED'
  | 'RUNTIME_MISSING'
  | 'HISTORY_DAMAGED'
  | 'CONFLICT'
  | 'PACKAGE_MISSING'
  | 'ABORTED';

/** What a {@link ModelError} can carry beside its message. */
export interface ModelErrorOptions {
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** More about it, a line each. */
  readonly details?: readonly string[] | undefined;
}

/** Every failure of this package. Test it by its `code`, not with `instanceof`: two copies of the package may be loaded. */
export class ModelError extends Error {
  override readonly name: string = 'ModelError';
  /** The kind of failure. */
  readonly code: ModelErrorCode;
  /** What to do about it, where there is a way out. */
  readonly hint: string | undefined;
  /** More about it, a line each: findings of an inspection. */
  readonly details: readonly string[] | undefined;

  constructor(code: ModelErrorCode, message: string, options: ModelErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}
