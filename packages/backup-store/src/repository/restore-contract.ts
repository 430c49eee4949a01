import type { EntryKind } from '../catalog/entry.ts';
import type { EntryProblem, RunOptions, RunStatus, SnapshotFilter } from './run-contract.ts';

/** What happens to files that are there already. */
export type OverwriteMode = 'never' | 'if-newer' | 'if-changed' | 'always';

/** Options of `Repository.planRestore` and `Repository.restore`. */
export interface RestoreOptions extends RunOptions {
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** For `latest` and names. */
  readonly filter?: SnapshotFilter | undefined;
  /** Only this path of the snapshot and what is below it. */
  readonly path?: string | undefined;
  /** Several such paths, instead of `path`. */
  readonly paths?: readonly string[] | undefined;
  /** Only what belongs to these modules. */
  readonly modules?: readonly string[] | undefined;
  /** Folder to restore below. Exactly one of `to` and `inPlace`. */
  readonly to?: string | undefined;
  /** To the original absolute paths. */
  readonly inPlace?: boolean | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Default `never`. */
  readonly overwrite?: OverwriteMode | undefined;
  /**
   * Removes what is below the restored folders and not in the snapshot. Never the repository and its caches, and
   * nothing for a source that was backed up with problems (what it lacks may have been there), when something could not
   * be restored, or that `include` and `exclude` leave out.
   */
  readonly delete?: boolean | undefined;
  /** What is restored is thrown away: `restore.finished` says so, and that nobody counts it as a restore. */
  readonly trial?: boolean | undefined;
}

/** One thing a restore will do, in order of paths. */
export interface RestoreAction {
  readonly action: 'create' | 'overwrite' | 'keep' | 'metadata' | 'delete' | 'note';
  /** Target path. */
  readonly path: string;
  readonly pathBase64?: string | undefined;
  readonly kind: EntryKind;
  readonly size: number;
  /** Why, for `keep`, `note`, and a file that was left unfinished. */
  readonly reason?: string | undefined;
}

/** What a restore would do. Serialisable. */
export interface RestorePlan {
  readonly snapshot: string;
  /** Absolute folder, or `/` for in-place. */
  readonly target: string;
  readonly overwrite: OverwriteMode;
  readonly actions: readonly RestoreAction[];
  readonly counts: {
    readonly create: number;
    readonly overwrite: number;
    readonly keep: number;
    readonly metadata: number;
    readonly delete: number;
    readonly note: number;
  };
  /** Content to be written, in bytes. */
  readonly bytes: number;
  /** To be read from the destination. */
  readonly bytesFetched: number;
  readonly requests: number;
}

/** What a restore did. */
export interface RestoreResult {
  readonly status: RunStatus;
  readonly snapshot: string;
  readonly target: string;
  readonly filesWritten: number;
  readonly entriesKept: number;
  readonly entriesDeleted: number;
  readonly bytesWritten: number;
  readonly bytesFetched: number;
  readonly problems: readonly EntryProblem[];
  readonly durationMs: number;
}
