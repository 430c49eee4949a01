import { IntegrityError } from '../errors.ts';

const DEFAULT_LANES = 16;
const MOST_LANES = 256;

/** Checks the option `concurrency`. @throws {IntegrityError} `INVALID_OPTION`. */
export function checkLanes(concurrency: number = DEFAULT_LANES): number {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MOST_LANES) return concurrency;
  throw new IntegrityError('INVALID_OPTION', `Expected concurrency from 1 to ${MOST_LANES}, got ${concurrency}.`);
}

/** How work is done in lanes. */
export interface LaneOptions {
  /** How many items are under way at most. */
  readonly width: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Calls `work` for each item, in order, a few at a time. `work` may add items. The first failure, or the signal, ends
 * it once running calls are done.
 */
export async function inLanes<T>(
  items: T[],
  { width, signal }: LaneOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  let [next, active] = [0, 0];
  let failure: { readonly error: unknown } | undefined;
  await new Promise<void>((resolve) => {
    const advance = (): void => {
      if (signal?.aborted === true) failure ??= { error: signal.reason };
      while (failure === undefined && active < width && next < items.length) {
        active++;
        void work(items[next++] as T)
          .catch((error: unknown) => {
            failure ??= { error };
          })
          .then(() => {
            active--;
            advance();
          });
      }
      if (active === 0) resolve();
    };
    advance();
  });
  if (failure !== undefined) throw failure.error;
}
