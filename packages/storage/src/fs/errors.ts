import { StorageError } from '../errors.ts';
import type { StorageErrorCode } from '../errors.ts';

/** What a failing system call was for. */
export interface FileContext {
  /** The key (or prefix) of the call. */
  readonly key: string;
  /** Completes "Expected to …": `read`, `write`, `list`, `delete`. */
  readonly action: string;
}

/** Nothing there, or something that is no object of ours: a symbolic link (`ELOOP`), a socket (`ENXIO`). */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG', 'EISDIR']);

/** Out of file descriptors, in this process or in the machine. */
const EXHAUSTED: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EFBIG: 'NO_SPACE',
  EACCES: 'ACCESS_DENIED',
  EPERM: 'ACCESS_DENIED',
  EROFS: 'READ_ONLY',
  EEXIST: 'KEY_CONFLICT',
  EISDIR: 'KEY_CONFLICT',
  ENOTDIR: 'KEY_CONFLICT',
  ELOOP: 'KEY_CONFLICT',
  ENAMETOOLONG: 'INVALID_KEY',
  EMFILE: 'UNAVAILABLE',
  ENFILE: 'UNAVAILABLE',
  EAGAIN: 'UNAVAILABLE',
  EBUSY: 'UNAVAILABLE',
  ENOMEM: 'UNAVAILABLE',
  ENOBUFS: 'UNAVAILABLE',
  ESTALE: 'UNAVAILABLE',
  ETIMEDOUT: 'UNAVAILABLE',
  EHOSTDOWN: 'UNAVAILABLE',
  EHOSTUNREACH: 'UNAVAILABLE',
  ENETDOWN: 'UNAVAILABLE',
  ENETUNREACH: 'UNAVAILABLE',
};

const HINTS: Partial<Readonly<Record<StorageErrorCode, string>>> = {
  NO_SPACE: 'free some space or raise the quota; nothing half-written was left behind',
  ACCESS_DENIED: 'check the owner and mode of the folder',
  READ_ONLY: 'the file system is mounted read-only',
  KEY_CONFLICT: 'a file, link or folder that is not an object of this key is in the way; move it',
};

/** The `code` of a failed system call, such as `ENOENT`; empty for any other error. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the call failed because there is no object at that path. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(errnoOf(error));
}

/** Whether the call failed for want of file descriptors. */
export function isExhausted(error: unknown): boolean {
  return EXHAUSTED.has(errnoOf(error));
}

/** A failed system call in the words of this package. */
export function fileError(error: unknown, { key, action }: FileContext): StorageError {
  if (error instanceof StorageError) return error;
  const errno = errnoOf(error);
  const code = CODES[errno] ?? 'IO_FAILED';
  const reason = error instanceof Error ? error.message : String(error);
  return new StorageError(
    code,
    `Expected to ${action} "${key}", got ${errno === '' ? reason : `${errno} (${reason})`}`,
    {
      key,
      cause: error,
      hint: HINTS[code],
    },
  );
}

/** Awaits a system call and translates its failure. */
export async function translated<T>(call: Promise<T>, context: FileContext): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw fileError(error, context);
  }
}
