import { shown, VersioningError } from '../errors.ts';

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path.',
  ENOTDIR: 'Check the path: a part of it is no folder.',
  EISDIR: 'It is a folder: name a file.',
  EACCES: 'Check that you may do that.',
  EPERM: 'Check that you may do that.',
  ENOSPC: 'Free some space.',
};

/** The system's code of a failure. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/**
 * The error of what the system refused, with its reason. Others, such as an abort, are given back as they are.
 *
 * @param expectation What was expected at the path: "a file that can be read".
 */
export function fileFailure(
  code: 'READ_FAILED' | 'WRITE_FAILED',
  expectation: string,
  { path, cause }: { readonly path: string; readonly cause: unknown },
): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause;
  // Node adds the call and the path, which stands here already.
  const reason = cause.message.replace(/, [a-z]+( '.*)?$/su, '');
  const hint = HINTS[codeOf(cause) ?? ''];
  return new VersioningError(code, `Expected ${expectation} at ${path}, got ${reason}`, { cause, hint });
}

/** A file is no longer what it was when the work on it began. */
export function fileChanged(path: string): VersioningError {
  return new VersioningError(
    'FILE_CHANGED',
    `Expected ${shown(path)} to stay as it is, got a file that changed meanwhile`,
    {
      hint: 'Let nothing write there, and start again.',
    },
  );
}
