/** A duration is no longer than this, in milliseconds: a hundred years. */
const LONGEST_MS = 100 * 366 * 86_400_000;

/** An amount that somebody has told; `null` for what is none. */
export function amountOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : null;
}

/** Milliseconds that somebody has told. */
export function durationOf(value: unknown): number | null {
  const amount = amountOf(value);
  return amount !== null && amount <= LONGEST_MS ? amount : null;
}

/** A text that somebody has told; `null` for an empty one, and for what is none. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A moment that somebody has told, as ISO 8601, UTC; `null` for what is none. */
export function momentOf(value: unknown): string | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
