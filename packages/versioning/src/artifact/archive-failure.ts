import type { IntegrityError } from '@x/integrity';
import { shown, VersioningError, type VersioningErrorCode } from '../errors.ts';

const CODES: Readonly<Record<string, VersioningErrorCode>> = {
  UNSAFE_ARCHIVE: 'UNSAFE_ARTIFACT',
  ARCHIVE_DAMAGED: 'ARTIFACT_DAMAGED',
  TOO_LARGE: 'ARTIFACT_TOO_LARGE',
  INVALID_OPTION: 'INVALID_OPTION',
};

/** The archive would do harm, or does not say one thing only. */
export function unsafe(name: string, flaw: string): VersioningError {
  return new VersioningError(
    'UNSAFE_ARTIFACT',
    `Expected entries that are safe to extract, got ${shown(name)}, which ${flaw}`,
    {
      hint: 'Do not trust this archive. Nothing of it was kept.',
    },
  );
}

/** What the reader of archives has thrown, in this package's words. Others, such as an abort, are given back as they are. */
export function artifactFailure(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.name !== 'IntegrityError') return cause;
  const { code, hint, message } = cause as IntegrityError;
  const known = CODES[code];
  return known === undefined ? cause : new VersioningError(known, message, { cause, hint });
}
