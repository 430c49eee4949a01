import { BackupError, type BackupErrorCode } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';

const CODES: Readonly<Record<string, BackupErrorCode>> = {
  UNSAFE_ARCHIVE: 'UNSAFE_ARCHIVE',
  ARCHIVE_DAMAGED: 'ARCHIVE_DAMAGED',
  TOO_LARGE: 'ARCHIVE_TOO_LARGE',
  INVALID_OPTION: 'INVALID_OPTION',
};

/** The archive is not what its manifest says. */
export function damaged(expected: string, found: string, cause?: unknown): BackupError {
  return new BackupError('ARCHIVE_DAMAGED', `Expected ${expected}, got ${found}`, {
    cause,
    hint: 'Fetch it again, or export the snapshot again. An archive that another program has packed anew is refused, too. Nothing of it was kept.',
  });
}

/** The archive would do harm. */
export function unsafe(expected: string, found: string): BackupError {
  return new BackupError('UNSAFE_ARCHIVE', `Expected ${expected}, got ${found}`, {
    hint: 'Do not trust this archive. Nothing of it was kept.',
  });
}

/** A failure of the work on an archive, in the words of this package. */
export function archiveFailure(cause: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true && cause === signal.reason) return abortOf(signal);
  if (!(cause instanceof Error)) return cause;
  const { code, hint, syscall } = cause as Error & { code?: string; hint?: string; syscall?: string };
  if (cause.name === 'IntegrityError' && code !== undefined && CODES[code] !== undefined)
    return new BackupError(CODES[code], cause.message, { cause, hint });
  if (syscall === undefined) return cause;
  return new BackupError('PATH_FAILED', `Expected a file that can be used, got ${cause.message}`, {
    cause,
    hint: code === 'ENOSPC' ? 'Free some space. Nothing was left behind.' : 'Check the path and its permissions.',
  });
}

function abortOf(signal: AbortSignal): unknown {
  try {
    checkAborted(signal);
    return signal.reason;
  } catch (error) {
    return error;
  }
}
