import type { ReleaseSummary } from './model.ts';

/** How often, how large and how fast releases are. */
export interface ReleaseMetrics {
  /** Releases of the channel, yanked ones included. */
  readonly count: number;
  readonly yanked: number;
  /** Pre-releases among them. */
  readonly preReleases: number;
  /** ISO 8601, UTC; none before the first. */
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  /** Releases a week between the first and the last; none where these are less than a week apart. */
  readonly perWeek?: number | undefined;
  /** The median time between two, in milliseconds; none for less than two. */
  readonly intervalMs?: number | undefined;
  /** The median of their lead times (from a commit to its release), in milliseconds; none where no commits were read. */
  readonly leadTimeMs?: number | undefined;
  /** Bytes of artefacts: of all, the median, and the largest. */
  readonly size: { readonly total: number; readonly median: number; readonly largest: number };
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** What a history comes to in numbers; an empty one gives zeros. */
export function releaseMetrics(releases: readonly ReleaseSummary[]): ReleaseMetrics {
  const times = releases.map(({ releasedAt }) => Date.parse(releasedAt)).toSorted((a, b) => a - b);
  const sizes = releases.map(({ size }) => size);
  const [firstMs, lastMs] = [times[0], times.at(-1)];
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const spanMs = firstMs === undefined || lastMs === undefined ? 0 : lastMs - firstMs;
  return {
    count: releases.length,
    yanked: releases.filter(({ status }) => status === 'yanked').length,
    preReleases: releases.filter(({ preRelease }) => preRelease).length,
    first: iso(firstMs),
    last: iso(lastMs),
    perWeek: spanMs < WEEK_MS ? undefined : intervals.length / (spanMs / WEEK_MS),
    intervalMs: median(intervals),
    leadTimeMs: median(releases.flatMap(({ leadTimeMs }) => leadTimeMs ?? [])),
    size: {
      total: sizes.reduce((sum, size) => sum + size, 0),
      median: median(sizes) ?? 0,
      largest: sizes.reduce((most, size) => Math.max(most, size), 0),
    },
  };
}

const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

/** The middle value, or the mean of the two in the middle, rounded; none of nothing. */
export function median(values: readonly number[]): number | undefined {
  const ordered = values.toSorted((a, b) => a - b);
  const low = ordered[Math.floor((ordered.length - 1) / 2)];
  const high = ordered[Math.floor(ordered.length / 2)];
  return low === undefined || high === undefined ? undefined : Math.round((low + high) / 2);
}
