import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HealthSpan, type HealthState, uptimeOf } from '../../src/health/index.ts';
import { worstSpans } from '../../src/health/span.ts';

const STATES: readonly HealthState[] = ['healthy', 'degraded', 'unhealthy'];
const span = fc
  .record({ fromMs: fc.nat(60), ms: fc.nat(20), state: fc.constantFrom(...STATES) })
  .map(({ fromMs, ms, state }): HealthSpan => ({ fromMs, toMs: fromMs + ms, state }));

test('each moment has the worst state that somebody has seen, and none where nobody has looked', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
      const merged = worstSpans(spans);
      for (let at = 0; at < 90; at++) {
        const seen = spans.filter(({ fromMs, toMs }) => at >= fromMs && at < toMs).map(({ state }) => state);
        const worst = STATES.findLast((state) => seen.includes(state));
        const found = merged.filter(({ fromMs, toMs }) => at >= fromMs && at < toMs);
        expect(found.map(({ state }) => state)).toEqual(worst === undefined ? [] : [worst]);
      }
    }),
  );
});

test('what was up, down and unknown adds up to the window', () => {
  fc.assert(
    fc.property(fc.array(span), fc.nat(80), fc.nat(80), (spans, fromMs, ms) => {
      const { upMs, downMs, degradedMs, unknownMs, percent } = uptimeOf(spans, { fromMs, toMs: fromMs + ms });
      expect(upMs + downMs + unknownMs).toBe(ms);
      expect(degradedMs).toBeLessThanOrEqual(upMs);
      expect(unknownMs).toBeGreaterThanOrEqual(0);
      if (unknownMs === ms) expect(percent).toBeUndefined();
      else expect(percent).toBeCloseTo((upMs / (upMs + downMs)) * 100);
    }),
  );
});

test('time in which nobody has looked does not count as up', () => {
  const spans: readonly HealthSpan[] = [
    { fromMs: 0, toMs: 30, state: 'healthy' },
    { fromMs: 30, toMs: 40, state: 'unhealthy' },
  ];
  expect(uptimeOf(spans, { fromMs: 0, toMs: 100 })).toMatchObject({ percent: 75, knownPercent: 40, unknownMs: 60 });
});
