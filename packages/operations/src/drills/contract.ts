import type { SnapshotCheck } from '@x/backup-store';

/**
 * How a restore is tried. `validate`: `validateRestore` of the engine, databases and records in places that are thrown away included.
 * `full`: everything is restored into a fresh folder, as after a loss, and every file is compared with its digest.
 */
export type DrillKind = 'validate' | 'full';

/** All kinds of drills. */
export const DRILL_KINDS: readonly DrillKind[] = ['validate', 'full'];

/** A snapshot, as drills and objectives look at it. */
export interface DrillSnapshot {
  /** 32 hex digits. */
  readonly id: string;
  readonly tenant: string;
  /** Milliseconds since 1970: when it was made, as the order of snapshots bears out. */
  readonly madeMs: number;
  /** How long it took to make, in milliseconds. */
  readonly durationMs: number;
  readonly kind: 'full' | 'incremental' | 'checkpoint' | 'pre-deploy' | 'safety';
  readonly status: 'ok' | 'partial';
  /** Content, in bytes, with that which a checkpoint lacks. */
  readonly bytes: number;
  readonly files: number;
  /** Content that a checkpoint lacks, in bytes. */
  readonly absentBytes: number;
  /** How this machine has last checked it, as the engine tells. */
  readonly checks: readonly SnapshotCheck[];
}

/** What of one look at a restored copy was found. */
export interface DrillCheck {
  /** `restore`, `digests`, or a check of `validateRestore`. */
  readonly name: string;
  /** Path of the source in the snapshot, where it is about one. */
  readonly source: string | null;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** In one sentence. */
  readonly detail: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

/** Something that did not come back as it was. */
export interface DrillProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What of a snapshot came back, and was read and found to be what was backed up. */
export interface ProvenShare {
  readonly bytes: number;
  /** Bytes of all files that the snapshot lists. */
  readonly ofBytes: number;
  readonly files: number;
  readonly ofFiles: number;
  /** `bytes / ofBytes`, or of files where there are no bytes: 0 to 1, never rounded up. */
  readonly share: number;
}

/** A drill and all that was measured, as JSON. It stands in the details of `drill.finished` and `drill.failed`. */
export interface DrillResult {
  /** 32 hex digits. */
  readonly id: string;
  readonly kind: DrillKind;
  readonly tenant: string;
  /** Id of the snapshot. */
  readonly snapshot: string;
  /** ISO 8601: when the snapshot was made. */
  readonly madeAt: string;
  /** `notTried`: it was ended, or there was no room: nothing is known of the snapshot by it. */
  readonly status: 'passed' | 'failed' | 'notTried';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** From the beginning to the end of all checks, in milliseconds. */
  readonly durationMs: number;
  /** Time to restore alone, databases included, in milliseconds; `null` when nothing was restored. */
  readonly restoreMs: number | null;
  /** Content that came back as it was, in bytes. */
  readonly bytes: number;
  readonly bytesPerSecond: number | null;
  readonly proven: ProvenShare | null;
  /** Free bytes of the disk before, and those that were needed. */
  readonly room: { readonly freeBytes: number; readonly neededBytes: number } | null;
  /** The first 100. */
  readonly checks: readonly DrillCheck[];
  /** The first 20. Long paths and messages are cut. */
  readonly problems: readonly DrillProblem[];
  readonly problemCount: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}
