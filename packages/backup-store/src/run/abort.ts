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

/** Does `work`; what a store throws because of the signal becomes `ABORTED` like everything else. */
export async function abortable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error === signal?.reason) checkAborted(signal);
    throw error;
  }
}
