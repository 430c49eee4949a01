/** Why an operation failed. Each code is explained in `docs/errors.md`. */
export type IntegrityErrorCode =
  | 'UNKNOWN_ALGORITHM'
  | 'LEGACY_ALGORITHM'
  | 'INVALID_DIGEST'
  | 'INVALID_INPUT'
  | 'DIGEST_FINISHED'
  | 'READ_FAILED'
  | 'INVALID_HASH'
  | 'INVALID_TREE_POSITION'
  | 'INVALID_MERKLE_STATE'
  | 'INVALID_ORIGIN'
  | 'INVALID_CHAIN_STATE'
  | 'INVALID_SEGMENT_HEADER'
  | 'INVALID_CHECKPOINT'
  | 'INVALID_CHECKPOINT_KEY'
  | 'UNTRUSTED_CHECKPOINT'
  | 'INVALID_JSON_VALUE'
  | 'INVALID_OPTION'
  | 'INVALID_MANIFEST'
  | 'UNSAFE_PATH'
  | 'TOO_LARGE'
  | 'INCOMPLETE_TREE'
  | 'NOT_IN_MANIFEST'
  | 'INVALID_PROOF'
  | 'INVALID_KEY'
  | 'PASSPHRASE_NEEDED'
  | 'WRONG_PASSPHRASE'
  | 'KEY_FILE_EXISTS'
  | 'WRITE_FAILED'
  | 'INVALID_SIGNATURE'
  | 'INVALID_ENVELOPE'
  | 'INVALID_STATEMENT'
  | 'INVALID_CERTIFICATE'
  | 'INVALID_BUNDLE'
  | 'UNSUPPORTED_BUNDLE'
  | 'UNSAFE_ARCHIVE'
  | 'ARCHIVE_DAMAGED';

/** What an {@link IntegrityError} can carry beside its message. */
export interface IntegrityErrorOptions {
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Every failure of this package. Test it by its `code`, not with `instanceof`: two copies of the package may be loaded. */
export class IntegrityError extends Error {
  override readonly name: string = 'IntegrityError';
  /** The kind of failure. */
  readonly code: IntegrityErrorCode;
  /** What to do about it, where there is a way out. */
  readonly hint: string | undefined;

  constructor(code: IntegrityErrorCode, message: string, options: IntegrityErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
