/**
 * What went wrong, as a closed list. `docs/errors.md` says of each one what happened and what to do.
 *
 * - `INVALID_KEY`: not a key (or prefix) by the rules of {@link checkKey}.
 * - `KEY_CONFLICT`: the key is also a folder of other keys, or something that is no object stands in its place.
 * - `INVALID_ARGUMENT`: an option out of its bounds, or a body that is not made of bytes.
 * - `NOT_FOUND`: there is no object under this key.
 * - `INVALID_RANGE`: the range starts beyond the object's end, or is no range at all.
 * - `SHORT_READ`: the body ended before (or went on after) the length promised. Worth a retry.
 * - `TOO_LARGE`: the object is larger than the limit the caller set.
 * - `ACCESS_DENIED`: the store knows us and says no.
 * - `NO_SPACE`: disk full, or quota reached.
 * - `READ_ONLY`: a write to a store that only reads.
 * - `UNAVAILABLE`: the store did not answer, or asked to come back later. Worth a retry.
 * - `IO_FAILED`: the store answered with a failure of its own.
 * - `UNSUPPORTED_URL`: no adapter for this URL.
 * - `LEDGER_CONFLICT`: an append lost every race it entered.
 */
export type StorageErrorCode =
  | 'INVALID_KEY'
  | 'KEY_CONFLICT'
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'INVALID_RANGE'
  | 'SHORT_READ'
  | 'TOO_LARGE'
  | 'ACCESS_DENIED'
  | 'NO_SPACE'
  | 'READ_ONLY'
  | 'UNAVAILABLE'
  | 'IO_FAILED'
  | 'UNSUPPORTED_URL'
  | 'LEDGER_CONFLICT';

/** What a {@link StorageError} may carry beside its code and message. */
export interface StorageErrorOptions {
  /** The error below this one, kept for `--debug`. */
  readonly cause?: unknown;
  /** The key (or prefix) of the call that failed. */
  readonly key?: string | undefined;
  /** The way out, in one sentence, where there is one. */
  readonly hint?: string | undefined;
  /** Whether the same call may succeed later; by default true for `UNAVAILABLE` and `SHORT_READ` only. */
  readonly retryable?: boolean | undefined;
}

/**
 * The one error of this package. Tell failures apart by `code`; two copies of the package in one program
 * have two classes, so `instanceof` is not a safe test.
 *
 * @example
 * ```ts
 * import { isStorageError, memoryStore } from '@x/storage';
 *
 * const store = memoryStore();
 * try {
 *   await store.get('reports/2026');
 * } catch (error) {
 *   if (!isStorageError(error, 'NOT_FOUND')) throw error;
 * }
 * ```
 */
export class StorageError extends Error {
  override readonly name: string = 'StorageError';
  readonly code: StorageErrorCode;
  readonly key: string | undefined;
  readonly hint: string | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: StorageErrorCode, message: string, options: StorageErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.key = options.key;
    this.hint = options.hint;
    this.retryable = options.retryable ?? (code === 'UNAVAILABLE' || code === 'SHORT_READ');
  }
}

/** Whether `error` is a {@link StorageError}, of this code if one is named; by shape, so it also knows those of another copy of the package. */
export function isStorageError(error: unknown, code?: StorageErrorCode): error is StorageError {
  if (!(error instanceof Error) || error.name !== 'StorageError' || !('code' in error)) return false;
  return code === undefined || error.code === code;
}

/** A value as it may stand in a message: quoted, and cut when it is long. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= 240 ? text : `${text.slice(0, 240)}… (${text.length} characters)`;
}
