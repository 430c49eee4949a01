import type { DestinationFigures, FullForecast, StorageFacts, StorageSample } from './contract.ts';
import { type Line, type Point, theilSen } from './theil-sen.ts';

const DAY_MS = 86_400_000;
/** What is older does not say how it grows now. */
const WINDOW_MS = 90 * DAY_MS;
/** With fewer samples, or from a shorter time, no line is laid: the interval of Sen begins to be one with five. */
const LEAST_SAMPLES = 5;
const LEAST_SPAN_MS = 2 * DAY_MS;
/** Later than that is never. */
const NEVER_MS = 100 * 365.25 * DAY_MS;

/** What is stored at a destination, how that grows, and when its disk is full. */
export function destinationFigures({ destination, samples }: StorageFacts, nowMs: number): DestinationFigures {
  const known = samples.filter(({ atMs }) => atMs <= nowMs).toSorted((a, b) => a.atMs - b.atMs);
  const last = known.at(-1);
  const recent = known.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
  const base = recent[0]?.atMs ?? 0;
  const growth = lineOf(recent, base, ({ storedBytes }) => storedBytes);
  return {
    destination,
    stored_bytes: last?.storedBytes ?? null,
    free_bytes: last?.freeBytes ?? null,
    samples: known.length,
    growth_bytes_per_day: growth === undefined ? null : growth.slope * DAY_MS,
    growth_low: growth === undefined ? null : growth.low * DAY_MS,
    growth_high: growth === undefined ? null : growth.high * DAY_MS,
    full: fullForecast(recent, base, nowMs),
  };
}

function lineOf(
  samples: readonly StorageSample[],
  base: number,
  of: (sample: StorageSample) => number,
): Line | undefined {
  const span = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  if (samples.length < LEAST_SAMPLES || span < LEAST_SPAN_MS) return undefined;
  const points: Point[] = samples.map((sample) => ({ x: sample.atMs - base, y: of(sample) }));
  return theilSen(points);
}

/** When nothing is free any more: the line of free bytes, as others may write to the disk, too. */
function fullForecast(recent: readonly StorageSample[], base: number, nowMs: number): FullForecast {
  const nothing = { at: null, earliest: null, latest: null } as const;
  const measured = recent.filter(({ freeBytes }) => freeBytes !== null);
  const last = measured.at(-1);
  if (recent.length > 0 && last === undefined)
    return { ...nothing, status: 'unknown', reason: 'it does not tell how much is free there' };
  const line = lineOf(measured, base, ({ freeBytes }) => freeBytes ?? 0);
  if (line === undefined || last === undefined) {
    const reason = `Expected ${LEAST_SAMPLES} samples over two days, got ${measured.length}`;
    return { ...nothing, status: 'unknown', reason };
  }
  const lastX = last.atMs - base;
  const free = line.intercept + line.slope * lastX;
  /** Milliseconds since 1970; `null` for never. */
  const emptyMs = (slope: number): number | null => {
    if (free <= 0) return nowMs;
    const ms = slope < 0 ? last.atMs + free / -slope : Infinity;
    return ms - nowMs > NEVER_MS ? null : Math.max(nowMs, Math.round(ms));
  };
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const at = emptyMs(line.slope);
  const bounds = { at: iso(at), earliest: iso(emptyMs(line.low)), latest: iso(emptyMs(line.high)) };
  const perDay = Math.round(-line.slope * DAY_MS);
  if (at === null)
    return { ...bounds, status: 'never', reason: `free space shrinks by ${Math.max(0, perDay)} bytes a day` };
  return {
    ...bounds,
    status: 'at',
    reason: `free space shrinks by ${perDay} bytes a day, and about ${Math.max(0, Math.round(free))} are left`,
  };
}
