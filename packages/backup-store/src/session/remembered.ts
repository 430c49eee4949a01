import type { ForgottenSnapshot } from '../snapshots/facts.ts';

/** Whether these are facts of a forgotten snapshot, as far as this program relies on it: a keyholder wrote it. */
export function isForgotten(value: unknown): value is ForgottenSnapshot {
  const { facts, forgottenAt, checks } = (value ?? {}) as Record<string, unknown>;
  const { id, tenant, startedAt, madeMs, sources, tags, bytes, host } = (facts ?? {}) as Record<string, unknown>;
  const texts = [id, startedAt, host, (tenant as { name?: unknown } | undefined)?.name, forgottenAt];
  return (
    texts.every((text) => typeof text === 'string') &&
    [forgottenAt, startedAt].every((time) => Number.isFinite(Date.parse(time as string))) &&
    Number.isSafeInteger(madeMs) &&
    typeof bytes === 'object' &&
    bytes !== null &&
    Array.isArray(tags) &&
    Array.isArray(sources) &&
    sources.every((source) => typeof (source as { root?: unknown } | null)?.root === 'string') &&
    Array.isArray(checks)
  );
}

/** Facts of forgotten snapshots stay at least so long. */
export const FACTS_KEPT_MS: number = 90 * 86_400_000;

/**
 * Those of which the facts still stay; pure. A clock alone lets nothing go that the snapshots do not bear out: without newer ones, and
 * with a clock that runs ahead, all stay.
 *
 * @param newestMs When the newest snapshot was made, in milliseconds since 1970.
 */
export function stillRemembered(
  forgotten: readonly ForgottenSnapshot[],
  { nowMs, newestMs }: { readonly nowMs: number; readonly newestMs: number },
): ForgottenSnapshot[] {
  const from = Math.min(nowMs, newestMs) - FACTS_KEPT_MS;
  return forgotten.filter(({ forgottenAt }) => Date.parse(forgottenAt) >= from);
}
