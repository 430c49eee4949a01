/** The middle of values; 0 of none. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Makes the median absolute deviation of normally distributed values their standard deviation. */
const NORMAL = 1.4826;

/**
 * A bound that values of a row seldom exceed: their median and so many robust standard deviations (median absolute deviation, Hampel 1974), or a margin
 * if that is more. Single outliers, as one large import, move it hardly.
 */
export function robustBound(values: readonly number[], deviations: number, margin: number): number {
  const middle = median(values);
  return middle + Math.max(margin, deviations * NORMAL * median(values.map((value) => Math.abs(value - middle))));
}
