/** A point that a line is laid through. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line, `y = intercept + slope * x`, and how sure its slope is. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Ends of an interval that has the slope with 95 %, if what the points miss the line by is by chance. */
  readonly low: number;
  readonly high: number;
}

/** Of more points every so manieth is taken: their pairs are counted by the square. */
const MOST = 500;
/** The 97.5th percentile of the normal distribution. */
const Z = 1.959_963_984_540_054;

/**
 * Lays a line through points that some may be far off from: its slope is the median of the slopes of all pairs of points, so almost a third of
 * them may be anything. H. Theil, "A rank-invariant method of linear and polynomial regression analysis" (1950); with the interval of P. K. Sen, "Estimates of
 * the regression coefficient based on Kendall's tau", JASA 63 (1968), 1379-1389.
 *
 * 1. Take the slope of every pair of points that are not above each other, and sort these.
 * 2. The middle one is the slope; the middle one of `y - slope * x` is where the line begins.
 * 3. Under the hypothesis that a slope is the right one, Kendall's S has the variance n (n - 1) (2 n + 5) / 18: so many places from the middle are
 *    the ends of the interval.
 *
 * @returns `undefined` for fewer than two different `x`.
 */
export function theilSen(points: readonly Point[]): Line | undefined {
  const step = Math.ceil(points.length / MOST);
  const taken = points.toSorted((a, b) => a.x - b.x).filter((_, at, all) => (all.length - 1 - at) % step === 0);
  const slopes = slopesOf(taken);
  if (slopes.length === 0) return undefined;
  const slope = median(slopes);
  const intercept = median(Float64Array.from(taken, ({ x, y }) => y - slope * x).sort());
  const n = taken.length;
  const reach = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const from = Math.floor((slopes.length - reach) / 2);
  const to = Math.ceil((slopes.length + reach) / 2);
  return {
    slope,
    intercept,
    low: slopes[Math.max(0, from)] ?? slope,
    high: slopes[Math.min(slopes.length - 1, to)] ?? slope,
  };
}

function slopesOf(points: readonly Point[]): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [at, a] of points.entries())
    for (const b of points.slice(at + 1)) if (a.x !== b.x) slopes[count++] = (b.y - a.y) / (b.x - a.x);
  return slopes.subarray(0, count).sort();
}

/** @param sorted Not empty. */
function median(sorted: Float64Array): number {
  const middle = Math.floor(sorted.length / 2);
  const [above = 0, below = above] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? above : below + (above - below) / 2;
}
