import { IntegrityError } from './errors.ts';

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path.',
  ENOTDIR: 'Check the path: a part of it is no directory.',
  EISDIR: 'It is a directory: name a file.',
  EACCES: 'Check that you may do that.',
  EPERM: 'Check that you may do that.',
  ENOSPC: 'Free some space.',
};

/**
 * The error of what the system refused, with its reason.
 *
 * @param expectation What was expected at the path: "a file that can be read".
 */
export function fileError(
  code: 'READ_FAILED' | 'WRITE_FAILED',
  expectation: string,
  { path, cause }: { readonly path: string | URL; readonly cause: unknown },
): IntegrityError {
  const message = cause instanceof Error ? cause.message : String(cause);
  // Node adds the call and the path, which stands here already.
  const reason = message.replace(/, [a-z]+( '.*)?$/su, '');
  const hint = HINTS[(cause as NodeJS.ErrnoException).code ?? ''];
  return new IntegrityError(code, `Expected ${expectation} at ${String(path)}, got ${reason}.`, { cause, hint });
}
