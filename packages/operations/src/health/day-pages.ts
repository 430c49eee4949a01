import type { HealthPage, PageChange, PageCheck } from './page.ts';
import { clipped, worstSpans } from './span.ts';

/** A day of UTC, in milliseconds. */
export const DAY_MS: number = 86_400_000;
/** Spans, and changes, of a check that a day keeps: flap damping leaves far fewer. */
const MOST = 1000;

/** The day of a moment, UTC: `2026-11-27`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The beginning of the day of a moment, UTC. */
export function dayStart(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** Pages of whole days, from pages that go across them; only of days that end up to `untilMs`. */
export function pagesOfDays(pages: readonly HealthPage[], untilMs: number): readonly HealthPage[] {
  const starts = new Set<number>();
  for (const { checks } of pages)
    for (const { spans, changes } of checks) {
      for (const { fromMs, toMs } of spans) for (let at = dayStart(fromMs); at < toMs; at += DAY_MS) starts.add(at);
      for (const { atMs } of changes) starts.add(dayStart(atMs));
    }
  return [...starts]
    .filter((start) => start + DAY_MS <= untilMs)
    .toSorted((a, b) => a - b)
    .map((start) => ({ atMs: start, checks: checksBetween(pages, start, start + DAY_MS) }));
}

/** What pages say of each check between two moments, merged and in the order of names. */
export function checksBetween(pages: readonly HealthPage[], fromMs: number, toMs: number): readonly PageCheck[] {
  const byName = Map.groupBy(
    pages.flatMap(({ checks }) => checks),
    ({ name }) => name,
  );
  return [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, parts]) => {
      const spans = worstSpans(parts.flatMap((part) => part.spans)).flatMap(
        (span) => clipped(span, fromMs, toMs) ?? [],
      );
      const changes = distinct(parts.flatMap((part) => part.changes)).filter(
        ({ atMs }) => atMs >= fromMs && atMs < toMs,
      );
      if (spans.length === 0 && changes.length === 0) return [];
      return [{ name, kind: parts.at(-1)?.kind ?? '', spans: spans.slice(-MOST), changes: changes.slice(-MOST) }];
    });
}

/** A change that stands in two pages is one; earliest first. */
function distinct(changes: readonly PageChange[]): PageChange[] {
  const seen = new Map(changes.map((change) => [`${change.atMs} ${change.to} ${change.by}`, change]));
  return [...seen.values()].toSorted((a, b) => a.atMs - b.atMs);
}
