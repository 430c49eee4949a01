import type { SnapshotRecord, SnapshotSource } from './record.ts';

/** What stays known of one source of a snapshot. */
export type SourceFacts = Pick<
  SnapshotSource,
  'kind' | 'root' | 'rootBase64' | 'path' | 'pathBase64' | 'status' | 'problems' | 'files' | 'bytes' | 'absent' | 'unread' | 'treeSha256'
>;

/** What stays known of a snapshot when it is forgotten, for at least 90 days. */
export interface SnapshotFacts extends Pick<
  SnapshotRecord,
  | 'id'
  | 'name'
  | 'note'
  | 'tenant'
  | 'kind'
  | 'trigger'
  | 'startedAt'
  | 'durationMs'
  | 'createdBy'
  | 'host'
  | 'status'
  | 'bytes'
  | 'compression'
  | 'tags'
  | 'parent'
  | 'manifestSha256'
> {
  /** Milliseconds since 1970: after all that it follows, whatever the clocks said. */
  readonly madeMs: number;
  readonly sources: readonly SourceFacts[];
}

/** How a snapshot was checked: `restore` is a trial restore, the others are levels of `verify`. */
export interface SnapshotCheck {
  readonly level: 'quick' | 'structure' | 'sample' | 'full' | 'restore';
  /** ISO 8601. */
  readonly at: string;
  /** `damaged`: it can't be restored in full, or did not pass. */
  readonly status: 'ok' | 'damaged';
  /** The share of what was there that was read, 0 to 1. */
  readonly coverage: number;
}

/** A snapshot that was forgotten. */
export interface ForgottenSnapshot {
  readonly facts: SnapshotFacts;
  /** ISO 8601, by the clock of whoever forgot it. */
  readonly forgottenAt: string;
  /** As the machine knew that forgot it: at most one of each level, the newest first. */
  readonly checks: readonly SnapshotCheck[];
}

/** What stays known of a snapshot; pure. */
export function factsOf(record: SnapshotRecord, madeMs: number): SnapshotFacts {
  const { id, name, note, tenant, kind, trigger, startedAt, durationMs, createdBy, host, status, bytes } = record;
  const { compression, tags, parent, manifestSha256 } = record;
  const sources = record.sources.map(
    ({ entries: _entries, catalog: _catalog, durationMs: _ms, error: _error, details: _details, ...source }) => source,
  );
  return {
    ...{ id, name, note, tenant, kind, trigger, startedAt, durationMs, createdBy, host, status, bytes },
    ...{ compression, tags, parent, manifestSha256, madeMs, sources },
  };
}

/** Whether this is what {@link factsOf} gives, as far as this program relies on it: a keyholder wrote it. */
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
