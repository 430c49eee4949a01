import type { DrillKind, DrillResult, DrillSnapshot } from '../drills/contract.ts';
import type { RestoreFact } from './contract.ts';

/** A whole restore that was measured, or failed. */
export interface Measurement {
  /** What it was: each kind does other things, and takes other time. */
  readonly kind: DrillKind | 'restore';
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Time to restore; `null` when it failed. */
  readonly restoreMs: number | null;
  /** The same with all checks; `null` when it failed. */
  readonly wholeMs: number | null;
  readonly bytes: number;
  /** What it was, in a few words. */
  readonly what: string;
}

/** A restore of less than this share of its snapshot was one of a part. */
const WHOLE = 0.9;

/** All that was measured of a tenant, latest first. Drills that were not tried, and restores of parts, say nothing. */
export function measurementsOf(own: {
  readonly drills: readonly DrillResult[];
  readonly restores: readonly RestoreFact[];
  readonly snapshots: readonly DrillSnapshot[];
}): readonly Measurement[] {
  const byId = new Map(own.snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const measured = [
    ...own.drills.flatMap(ofDrill),
    ...own.restores.flatMap((restore) => ofRestore(restore, byId.get(restore.snapshot ?? ''))),
  ];
  return measured.toSorted(
    (a, b) => b.atMs - a.atMs || b.bytes - a.bytes || (b.restoreMs ?? Infinity) - (a.restoreMs ?? Infinity),
  );
}

function ofDrill({ kind, status, finishedAt, restoreMs, durationMs, bytes, error }: DrillResult): Measurement[] {
  if (status === 'notTried') return [];
  const what = `a ${kind} drill`;
  const atMs = Date.parse(finishedAt);
  if (status === 'failed' || restoreMs === null)
    return [
      { kind, atMs, restoreMs: null, wholeMs: null, bytes, what: error === null ? what : `${what} (${error.code})` },
    ];
  return [{ kind, atMs, restoreMs, wholeMs: durationMs, bytes, what }];
}

function ofRestore({ at, status, durationMs, bytes }: RestoreFact, snapshot: DrillSnapshot | undefined): Measurement[] {
  const atMs = Date.parse(at);
  // Why a restore failed, drills find out: it may have been a wrong path.
  if (Number.isNaN(atMs) || status !== 'ok' || durationMs === null || bytes === null) return [];
  if (snapshot === undefined || bytes < WHOLE * (snapshot.bytes - snapshot.absentBytes)) return [];
  return [{ kind: 'restore', atMs, restoreMs: durationMs, wholeMs: durationMs, bytes, what: 'a restore' }];
}
