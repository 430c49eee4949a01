import { BackupError } from '../errors.ts';

/** Beginning of the names of unfinished files. What an interrupted run leaves behind can be found by it. */
export const TEMP_PREFIX = '.holdfast-restore-';

/** The error of a path that is refused before the system is asked. `path` is a byte string. */
export function unsafePath(path: string, reason: string): BackupError {
  return new BackupError(
    'UNSAFE_PATH',
    `Expected a path that stays inside the target folder, got ${displayPath(path)}: ${reason}`,
  );
}

/** The error of what the system refused. A {@link BackupError} passes unchanged. */
export function pathFailed(action: string, path: string, cause: unknown): BackupError {
  if (cause instanceof BackupError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = (cause as NodeJS.ErrnoException).code ?? 'UNKNOWN';
  const hint = HINTS.get(code);
  const reason = message.startsWith(code) ? message.replace(/, [a-z]+( '.*)?$/su, '') : `${code}: ${message}`;
  return new BackupError('PATH_FAILED', `Expected to ${action} ${displayPath(path)}, got ${reason}`, { cause, hint });
}

/** A system error that no call made: the kind of entry at a path is not what the call is for. */
export function systemError(
  code: 'EISDIR' | 'ENOTDIR' | 'EINVAL' | 'EXDEV' | 'ENOSYS',
  reason: string,
): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${reason}`), { code });
}

/** Whether `error` is the system's, with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code as string);
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'Free space at the target, then run the restore again: it goes on where it ended.'],
  ['EDQUOT', 'The quota of the target is used up.'],
  ['EACCES', 'Run as a user who may write there, or restore to another folder.'],
  ['EROFS', 'The target is mounted read-only.'],
  ['EMFILE', 'Raise the limit of open files (ulimit -n).'],
]);

/** For messages: quoted, with control characters escaped, since names may hold anything. */
export function displayPath(path: string): string {
  return JSON.stringify(Buffer.from(path, 'latin1').toString('utf8'));
}
