import { clipped, type HealthSpan, worstSpans } from './span.ts';

/** How long something was up in a window. The times add up to the window. */
export interface Uptime {
  readonly fromMs: number;
  readonly toMs: number;
  /** Milliseconds. */
  readonly upMs: number;
  /** Of these, milliseconds in which it worked and was about not to. */
  readonly degradedMs: number;
  readonly downMs: number;
  /** Milliseconds in which nobody has looked. */
  readonly unknownMs: number;
  /** Of the time that is known, from 0 to 100; `undefined` when nothing is known. */
  readonly percent: number | undefined;
  /** How much of the window is known, from 0 to 100. */
  readonly knownPercent: number;
}

/**
 * Counts how long something was up between two moments. Time in which nobody has looked is unknown, and neither up nor down.
 *
 * @example
 * ```ts
 * import { uptimeOf } from '@x/operations/health';
 *
 * const day = 86_400_000;
 * const { percent, knownPercent } = uptimeOf([{ fromMs: 0, toMs: day / 2, state: 'healthy' }], { fromMs: 0, toMs: day });
 * console.log(percent, knownPercent); // 100 50
 * ```
 */
export function uptimeOf(
  spans: readonly HealthSpan[],
  window: { readonly fromMs: number; readonly toMs: number },
): Uptime {
  const { fromMs, toMs } = window;
  const sums = { healthy: 0, degraded: 0, unhealthy: 0 };
  for (const span of worstSpans(spans)) {
    const part = clipped(span, fromMs, toMs);
    if (part !== undefined) sums[part.state] += part.toMs - part.fromMs;
  }
  const upMs = sums.healthy + sums.degraded;
  const knownMs = upMs + sums.unhealthy;
  const all = Math.max(0, toMs - fromMs);
  return {
    fromMs,
    toMs,
    upMs,
    degradedMs: sums.degraded,
    downMs: sums.unhealthy,
    unknownMs: all - knownMs,
    percent: knownMs === 0 ? undefined : (upMs / knownMs) * 100,
    knownPercent: all === 0 ? 0 : (knownMs / all) * 100,
  };
}
