import type { ContentKind } from '../content/kind.ts';

/** A kind of content, or `mixed` for small files of which no kind is more than half. */
export type FrameKind = ContentKind | 'mixed';

/**
 * Why a frame was stored as it was. `profile`: the profile says so. Of `auto`: `as-expected`, it saved as much as its kind should;
 * `next-kept` and `first-kept`, it did not, so the next method was tried, and this one was smaller; `not-retried`, the next method had gained little before;
 * `no-next`, there is none. `not-smaller`: it saves less than 2 %, or its middle looks like noise, so it is stored as it is.
 */
export type FrameReason =
  | 'profile'
  | 'as-expected'
  | 'next-kept'
  | 'first-kept'
  | 'not-retried'
  | 'no-next'
  | 'not-smaller';

/** What compressing came to with one kind of content, in a run: of data that was new. Small files count as what most bytes of their frame are. */
export interface ContentReport {
  readonly kind: FrameKind;
  readonly frames: number;
  /** Bytes of content. */
  readonly bytesIn: number;
  /** Bytes that were stored of it, before encryption. */
  readonly bytesOut: number;
  /** The difference. */
  readonly saved: number;
  /** Content divided by what was stored, to three digits. */
  readonly ratio: number;
  /** How many frames were stored by which method: `raw`, `zstd-3`. */
  readonly methods: Readonly<Record<string, number>>;
  /** Frames for which a second method was tried. */
  readonly retried: number;
  /** How many frames were stored for which reason. */
  readonly reasons: Readonly<Partial<Record<FrameReason, number>>>;
  /** Milliseconds of processors that compressing took. */
  readonly compressMs: number;
}

/** One frame that was stored. */
export interface StoredFrame {
  readonly kind: FrameKind;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Level of zstd, 0 for raw. */
  readonly level: number;
  readonly reason: FrameReason;
  readonly isRetried: boolean;
  readonly ms: number;
}

/** Thousandths. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function sumOf<K extends string>(
  one: Readonly<Partial<Record<K, number>>>,
  other: Readonly<Partial<Record<K, number>>>,
): Partial<Record<K, number>> {
  const sum: Partial<Record<K, number>> = { ...one };
  for (const [name, count] of Object.entries(other) as [K, number][]) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function withRatio(report: Omit<ContentReport, 'saved' | 'ratio'>): ContentReport {
  const { bytesIn, bytesOut } = report;
  return { ...report, saved: bytesIn - bytesOut, ratio: bytesOut === 0 ? 1 : rounded(bytesIn / bytesOut) };
}

function both(one: ContentReport, other: ContentReport): ContentReport {
  return withRatio({
    kind: one.kind,
    frames: one.frames + other.frames,
    bytesIn: one.bytesIn + other.bytesIn,
    bytesOut: one.bytesOut + other.bytesOut,
    methods: sumOf(one.methods, other.methods) as Record<string, number>,
    retried: one.retried + other.retried,
    reasons: sumOf(one.reasons, other.reasons),
    compressMs: rounded(one.compressMs + other.compressMs),
  });
}

/** The report of one frame. */
export function reportOf({ kind, bytesIn, bytesOut, level, reason, isRetried, ms }: StoredFrame): ContentReport {
  return withRatio({
    kind,
    frames: 1,
    bytesIn,
    bytesOut,
    methods: { [level === 0 ? 'raw' : `zstd-${level}`]: 1 },
    retried: isRetried ? 1 : 0,
    reasons: { [reason]: 1 },
    compressMs: rounded(ms),
  });
}

/** One report for each kind, most content first. */
export function mergeReports(reports: Iterable<ContentReport>): readonly ContentReport[] {
  const kinds = new Map<FrameKind, ContentReport>();
  for (const report of reports) {
    const known = kinds.get(report.kind);
    kinds.set(report.kind, known === undefined ? report : both(known, report));
  }
  return [...kinds.values()].toSorted((a, b) => b.bytesIn - a.bytesIn || (a.kind < b.kind ? -1 : 1));
}
