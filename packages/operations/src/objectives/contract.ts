/**
 * What is promised. `restore`: time to restore the newest snapshot. `rollback`: time to be back on the release before. `rpo-incremental`: age of the
 * newest snapshot, which is what would be lost. `rpo-full`: age of the newest that has read every byte. `rto`: time until what was restored is
 * checked, too.
 */
export type ObjectiveName = 'restore' | 'rollback' | 'rpo-incremental' | 'rpo-full' | 'rto';

/** All objectives, in the order in which they are judged. */
export const OBJECTIVES: readonly ObjectiveName[] = ['restore', 'rto', 'rpo-incremental', 'rpo-full', 'rollback'];

/** Limits in milliseconds; what is left out is as for all tenants. */
export interface ObjectiveLimits {
  /** Default 30 minutes. */
  readonly restoreMs?: number | undefined;
  /** Default 15 minutes. */
  readonly rollbackMs?: number | undefined;
  /** Default 24 hours. */
  readonly rpoIncrementalMs?: number | undefined;
  /** Default 7 days. */
  readonly rpoFullMs?: number | undefined;
  /** Default 1 hour for critical tenants, and 4 hours for others. */
  readonly rtoMs?: number | undefined;
}

/** What is promised to whom. Every part may be left out. */
export interface ObjectivesPolicy extends ObjectiveLimits {
  /** The `rto` of critical tenants, in milliseconds. Default 1 hour. */
  readonly rtoCriticalMs?: number | undefined;
  /** A measurement that is older says nothing any more, in milliseconds. Default 182 days: two quarters. */
  readonly measuredWithinMs?: number | undefined;
  /** What is otherwise for single tenants. */
  readonly tenants?: Readonly<Record<string, ObjectiveLimits>> | undefined;
}

/** A tenant that something is promised to. */
export interface JudgedTenant {
  readonly name: string;
  readonly critical: boolean;
  /** Milliseconds since 1970: since when there is something to back up. Default: its first snapshot. */
  readonly createdMs?: number | undefined;
}

/** A restore that was no drill. */
export interface RestoreFact {
  /** `null`: not told. */
  readonly tenant: string | null;
  /** Id; `null` when it was not told. */
  readonly snapshot: string | null;
  /** ISO 8601: when it ended. */
  readonly at: string;
  readonly status: 'ok' | 'partial' | 'failed';
  /** `null`: not told. */
  readonly durationMs: number | null;
  readonly bytes: number | null;
}

/** A rollback, on purpose or by itself. */
export interface RollbackFact {
  /** Of whose release; `null` for one that all tenants have. */
  readonly tenant: string | null;
  /** ISO 8601: when it ended. */
  readonly at: string;
  readonly isDone: boolean;
  /** Time until the release before ran again, in milliseconds; `null`: not told. */
  readonly durationMs: number | null;
  /** What it has gone back from or to. */
  readonly version: string | null;
}

/** How an objective stands, as JSON. */
export interface ObjectiveJudgement {
  /** `null`: of what all tenants have. */
  readonly tenant: string | null;
  readonly objective: ObjectiveName;
  /** `unknown`: nobody has measured it, or not for long. */
  readonly status: 'met' | 'breached' | 'unknown';
  /** Milliseconds; `null` when there is none, as after a drill that failed. */
  readonly valueMs: number | null;
  readonly limitMs: number;
  /** Computed from what a snapshot of another size took, and not measured. */
  readonly isEstimate: boolean;
  /** ISO 8601: since when it stands like that; `null` when that is not known. */
  readonly since: string | null;
  /** ISO 8601: when the value was measured. */
  readonly measuredAt: string | null;
  /** In one sentence. */
  readonly detail: string;
  /** What to do about it; `null` when it is met. */
  readonly todo: string | null;
}
