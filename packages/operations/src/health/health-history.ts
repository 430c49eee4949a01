import type { ObjectStore } from '@x/storage';
import { healthBook } from './book.ts';
import type { HealthChange } from './contract.ts';
import { changesOf, spansOf } from './look-back.ts';
import type { HealthSpan } from './span.ts';

/** What is known of checks in a window. */
export interface HealthRecord {
  readonly fromMs: number;
  readonly toMs: number;
  /** By name. Times without a span are unknown. */
  readonly checks: readonly {
    readonly check: string;
    readonly kind: string;
    readonly spans: readonly HealthSpan[];
  }[];
  /** Latest first, the latest 1,000. */
  readonly changes: readonly HealthChange[];
}

const MOST_CHANGES = 1000;

/**
 * Reads what is remembered of checks between two moments, without looking at anything: for reports.
 *
 * @throws {StorageError} when the store does not answer.
 *
 * @example
 * ```ts
 * import { readHealth, uptimeOf } from '@x/operations/health';
 * import { fsStore } from '@x/storage';
 *
 * const window = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 3, 1) };
 * const { checks } = await readHealth(fsStore('/var/lib/shop/health'), window);
 * for (const { check, spans } of checks) console.log(check, uptimeOf(spans, window).percent);
 * ```
 */
export async function readHealth(
  store: ObjectStore,
  window: { readonly fromMs: number; readonly toMs: number },
): Promise<HealthRecord> {
  const pages = await healthBook(store).pages(window.fromMs);
  const { fromMs, toMs } = window;
  return {
    fromMs,
    toMs,
    checks: spansOf(pages, window),
    changes: changesOf(pages, { fromMs, toMs, limit: MOST_CHANGES }),
  };
}
