/**
 * Which segments to join to one, given their bytes, oldest first: all from this index on; none at the length of the list. Each that
 * stays is at least twice as large as all newer ones together. So there are never many (no more than the logarithm of the largest),
 * and no byte is written again more often than that.
 */
export function joinFrom(sizes: readonly number[]): number {
  let from = sizes.length;
  let newer = 0;
  for (let i = sizes.length - 1; i >= 0; i--) {
    const size = sizes[i] as number;
    if (i < sizes.length - 1 && size < 2 * newer) from = i;
    newer += size;
  }
  return from;
}
