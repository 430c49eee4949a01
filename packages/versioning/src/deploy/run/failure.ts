import { VersioningError } from '../../errors.ts';

/** Whether an error is one of ours, whichever copy of the package has thrown it. */
export const isVersioningError = (error: unknown): error is VersioningError =>
  error instanceof Error && error.name === 'VersioningError';

/** Whether somebody has stopped the work. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORTED'));
}

/** The word for an error that a journal keeps. */
export function codeText(error: unknown): string {
  if (isAbort(error)) return 'ABORTED';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'UNEXPECTED';
}

/** The same error with one more thing to do about it. Those of others stay what they are. */
export function withHint(error: unknown, hint: string): unknown {
  if (!isVersioningError(error)) return error;
  const { code, message, hint: own, place } = error;
  return new VersioningError(code, message, {
    cause: error,
    hint: own === undefined ? hint : `${own} ${hint}`,
    place,
  });
}

/** Nothing was done, as something has to be otherwise first. */
export const refused = (message: string, hint: string): VersioningError =>
  new VersioningError('DEPLOY_REFUSED', message, { hint });
