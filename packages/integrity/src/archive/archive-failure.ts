import { IntegrityError } from '../errors.ts';

const LONGEST = 200;

/** A text for a message: quoted, and cut where it is very long. */
export const shown = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
    : String(value);

/** The archive would do harm, or does not say one thing only. */
export function unsafe(name: string, flaw: string): IntegrityError {
  return new IntegrityError(
    'UNSAFE_ARCHIVE',
    `Expected entries that are safe to extract, got ${shown(name)}, which ${flaw}`,
    { hint: 'Do not trust this archive. Nothing of it was kept.' },
  );
}

/** The archive is not what an archive has to be. */
export function damaged(finding: string, cause?: unknown): IntegrityError {
  return new IntegrityError('ARCHIVE_DAMAGED', `Expected an intact ZIP archive, got ${finding}`, {
    cause,
    hint: 'Fetch it again, and compare its digest with the one that was published.',
  });
}
