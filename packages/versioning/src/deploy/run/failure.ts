import { VersioningError } from '../../errors.ts';

/** Whether an error is one of ours, whichever copy of the package has thrown it. */
export const isVersioningError = (error: unknown): error is VersioningError =>
  error instanceof Error && error.name === 'VersioningError';

/** Whether somebody has stopped the work. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORTED'));
}

/** Whether somebody else works on the run by now. */
export const isTakenOver = (error: unknown): boolean =>
  ['DEPLOY_TAKEN_OVER', 'DEPLOY_LOCK_LOST'].includes((error as Partial<VersioningError> | undefined)?.code ?? '');

/** The word for an error that a journal keeps. */
export function codeText(error: unknown): string {
  if (isAbort(error)) return 'ABORTED';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'UNEXPECTED';
}

/** The same error with one more thing to do about it. One of somebody else becomes the cause of ours. */
export function withHint(error: unknown, hint: string): VersioningError {
  const { message, hint: own } = error as { readonly message?: string; readonly hint?: string | undefined };
  const both = own === undefined ? hint : bothHints(own, hint);
  if (!isVersioningError(error)) {
    const said = message ?? String(error);
    return new VersioningError('STEP_FAILED', `Expected a step to be done, got: ${said}`, { cause: error, hint: both });
  }
  return new VersioningError(error.code, error.message, { cause: error, hint: both, place: error.place });
}

/** Below the lines of a log nobody would find the second one. */
function bothHints(first: string, second: string): string {
  if (first.includes('\n')) return `${second}\n${first}`;
  return `${first}${first.endsWith('.') ? ' ' : '\n'}${second}`;
}

/** Nothing was done, as something has to be otherwise first. */
export const refused = (message: string, hint: string): VersioningError =>
  new VersioningError('DEPLOY_REFUSED', message, { hint });
