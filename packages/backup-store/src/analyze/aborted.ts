import { BackupError } from '../errors.ts';

/** @throws {BackupError} `ABORTED` once the signal was given. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new BackupError('ABORTED', 'Expected to be let to the end, got an abort', { cause: signal.reason });
}
