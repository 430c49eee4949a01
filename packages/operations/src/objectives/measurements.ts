import type { DrillResult, DrillSnapshot } from '../drills/contract.ts';
import type { RestoreFact } from './contract.ts';

/** A whole restore that was measured, or failed. */
export interface Measurement {
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
export function measurementsOf(
  tenant: string,
  facts: {
    readonly drills: readonly DrillResult[];
    readonly restores: readonly RestoreFact[];
    readonly snapshots: readonly DrillSnapshot[];
  },
): readonly Measurement[] {
  const byId = new Map(facts.snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const measured = [
    ...facts.drills.flatMap((drill) => (drill.tenant === tenant ? ofDrill(drill) : [])),
    ...facts.restores.flatMap((restore) => {
      const snapshot = byId.get(restore.snapshot ?? '');
      return (restore.tenant ?? snapshot?.tenant) === tenant ? ofRestore(restore, snapshot) : [];
    }),
  ];
  return measured.toSorted((a, b) => b.atMs - a.atMs || b.bytes - a.bytes);
}

function ofDrill({ kind, status, finishedAt, restoreMs, durationMs, bytes, error }: DrillResult): Measurement[] {
  if (status === 'notTried') return [];
  const what = `a ${kind} drill`;
  const atMs = Date.parse(finishedAt);
  if (status === 'failed' || restoreMs === null)
    return [{ atMs, restoreMs: null, wholeMs: null, bytes, what: error === null ? what : `${what} (${error.code})` }];
  return [{ atMs, restoreMs, wholeMs: durationMs, bytes, what }];
}

function ofRestore({ at, status, durationMs, bytes }: RestoreFact, snapshot: DrillSnapshot | undefined): Measurement[] {
  const atMs = Date.parse(at);
  // Why a restore failed, drills find out: it may have been a wrong path.
  if (Number.isNaN(atMs) || status !== 'ok' || durationMs === null || bytes === null) return [];
  if (snapshot === undefined || bytes < WHOLE * (snapshot.bytes - snapshot.absentBytes)) return [];
  return [{ atMs, restoreMs: durationMs, wholeMs: durationMs, bytes, what: 'a restore' }];
}
