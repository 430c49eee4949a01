import { BackupError } from '../errors.ts';

/** @throws {BackupError} `ABORTED` when the signal was given. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal);
}

/** The error of a run that was ended through this signal. */
export function aborted(signal: AbortSignal): BackupError {
  return new BackupError('ABORTED', 'The run was ended before it was done', {
    cause: signal.reason,
    hint: 'Run it again to go on from what is done already.',
  });
}

/**
 * Calls `giveUp` when a run has not ended by itself some time after it was asked to, because a store does not answer.
 *
 * @param graceMs Milliseconds.
 * @returns To be called when the run has ended.
 */
export function whenStuck(
  signal: AbortSignal | undefined,
  graceMs: number,
  giveUp: (error: BackupError) => void,
): () => void {
  if (signal === undefined) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => giveUp(aborted(signal)), graceMs);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', start);
  };
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
