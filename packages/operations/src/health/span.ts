import { type HealthState, severityOf } from './state.ts';

/** A time in which a check was in one state, as somebody has seen it: from `fromMs` to before `toMs`, in milliseconds since 1970. */
export interface HealthSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: HealthState;
}

/** The part of a span between two moments; `undefined` when it has none. */
export function clipped(span: HealthSpan, fromMs: number, toMs: number): HealthSpan | undefined {
  const part = { ...span, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) };
  return part.toMs > part.fromMs ? part : undefined;
}

/** Adds a span to those before it: one that goes on where the last one ends, in its state, makes it longer. */
export function addSpan(spans: HealthSpan[], span: HealthSpan): void {
  if (span.toMs <= span.fromMs) return;
  const last = spans.at(-1);
  if (last?.toMs === span.fromMs && last.state === span.state) spans[spans.length - 1] = { ...last, toMs: span.toMs };
  else spans.push(span);
}

/**
 * The same times without overlaps, earliest first: where several have looked, the worst that one of them has seen counts. Sweeps once over the ends of all
 * spans.
 */
export function worstSpans(spans: readonly HealthSpan[]): HealthSpan[] {
  const ends = spans
    .filter(({ fromMs, toMs }) => toMs > fromMs)
    .flatMap(({ fromMs, toMs, state }) => [
      { atMs: fromMs, state, by: 1 },
      { atMs: toMs, state, by: -1 },
    ])
    .toSorted((a, b) => a.atMs - b.atMs);
  const open = [0, 0, 0];
  const merged: HealthSpan[] = [];
  let before = 0;
  for (const { atMs, state, by } of ends) {
    const worst = open.findLastIndex((count) => count > 0);
    const seen = STATE_OF[worst];
    if (seen !== undefined) addSpan(merged, { fromMs: before, toMs: atMs, state: seen });
    const at = severityOf(state);
    open[at] = (open[at] ?? 0) + by;
    before = atMs;
  }
  return merged;
}

const STATE_OF: readonly HealthState[] = ['healthy', 'degraded', 'unhealthy'];
