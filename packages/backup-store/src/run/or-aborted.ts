import { setTimeout } from 'node:timers/promises';

import { aborted } from './abort.ts';

/**
 * Waits for `work`, but not longer than until the signal is given: then it rejects with `ABORTED`. (A `Promise.race`
 * with a promise of the signal would keep all that ever came of `work` until the signal is gone.)
 */
export async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(aborted(signal));
    if (signal.aborted) {
      work.catch(() => undefined);
      return onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Waits until `work` has ended in any way, at most `graceMs` milliseconds. */
export async function settled(work: Promise<unknown> | undefined, graceMs: number): Promise<void> {
  if (work === undefined) return;
  const ended = new AbortController();
  const timeout = setTimeout(graceMs, undefined, { signal: ended.signal, ref: false });
  await Promise.race([work, timeout]).catch(() => undefined);
  ended.abort();
  await timeout.catch(() => undefined);
}
