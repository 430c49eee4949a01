import type { CheckUptime, HealthChange, HealthHistoryOptions } from './contract.ts';
import { checksBetween, DAY_MS } from './day-pages.ts';
import type { HealthPage } from './page.ts';
import type { HealthSpan } from './span.ts';
import { uptimeOf } from './uptime.ts';

const LIMIT = 100;

/** Changes of pages, latest first. */
export function changesOf(
  pages: readonly HealthPage[],
  options: HealthHistoryOptions & { readonly fromMs: number; readonly toMs: number },
): HealthChange[] {
  const { fromMs, toMs, check, limit = LIMIT } = options;
  return checksBetween(pages, fromMs, toMs)
    .filter(({ name }) => check === undefined || name === check)
    .flatMap(({ name, kind, changes }) =>
      changes.map(({ atMs, from, to, message, by }): HealthChange => ({
        check: name,
        kind,
        atMs,
        from,
        to,
        message,
        by,
      })),
    )
    .toSorted((a, b) => b.atMs - a.atMs)
    .slice(0, limit);
}

/** Times of each check in which somebody has looked, without overlaps. */
export function spansOf(
  pages: readonly HealthPage[],
  window: { readonly fromMs: number; readonly toMs: number },
): readonly { readonly check: string; readonly kind: string; readonly spans: readonly HealthSpan[] }[] {
  return checksBetween(pages, window.fromMs, window.toMs).map(({ name, kind, spans }) => ({
    check: name,
    kind,
    spans,
  }));
}

/** How long each check was up. */
export function uptimesOf(pages: readonly HealthPage[], nowMs: number): CheckUptime[] {
  return spansOf(pages, { fromMs: nowMs - 90 * DAY_MS, toMs: nowMs }).map(({ check, kind, spans }) => {
    const of = (days: number): CheckUptime['day'] => uptimeOf(spans, { fromMs: nowMs - days * DAY_MS, toMs: nowMs });
    return { check, kind, day: of(1), week: of(7), month: of(30), quarter: of(90) };
  });
}
