import type { Random } from './random.ts';

/** How long to wait between attempts. */
export interface Backoff {
  /** The ceiling of the first wait, in milliseconds; it doubles with each attempt. */
  readonly baseMs: number;
  /** No wait is longer, in milliseconds. */
  readonly capMs: number;
  readonly random: Random;
}

/**
 * The wait before attempt `attempt + 1` (the first attempt is 0), in milliseconds: anywhere between nothing and a ceiling that
 * doubles each time. "Full jitter" spreads callers that failed together better than a fixed wait with some noise.
 */
export function fullJitter(attempt: number, backoff: Backoff): number {
  return backoff.random() * Math.min(backoff.capMs, backoff.baseMs * 2 ** attempt);
}
