import { BackupError } from '../errors.ts';

/** @throws {BackupError} `ABORTED` when the signal was given. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new BackupError('ABORTED', 'The run was ended before it was done', {
      cause: signal.reason,
      hint: 'Run it again to go on from what is done already.',
    });
  }
}
