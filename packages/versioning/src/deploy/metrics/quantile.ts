/**
 * A quantile of values: the smallest of them that at least that share of all is not greater than (nearest rank); none of nothing.
 * It is always one of the values, so that people can find the deploy that it was.
 */
export function quantile(values: readonly number[], share: number): number | undefined {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)];
}
