import type { Repository, EntryProblem, RunOptions, SnapshotFilter, TenantHandle } from '../repository/contract.ts';
import type { SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';

/** What of a repository, or of one tenant of it, a validation needs. */
export type ValidatedRepository = Pick<
  Repository | TenantHandle,
  'snapshot' | 'planRestore' | 'restore' | 'diffLive' | 'read' | 'recordCheck'
>;

/** What a {@link RestoreInto} is to restore. */
export interface ScratchRequest {
  readonly repository: Pick<Repository | TenantHandle, 'read'>;
  /** Id. */
  readonly snapshot: string;
  readonly source: SnapshotSource;
  /** Paths of its files in the snapshot. */
  readonly files: readonly string[];
  /** Absolute path of the folder that the snapshot was restored to: the same files are below it. Read only. */
  readonly sandbox: string;
  readonly signal: AbortSignal | undefined;
}

/** What a look at a copy came to. */
export interface ScratchFinding {
  /** How many things were looked at: rows, records, keys, tables. */
  readonly checked: number;
  /** In one sentence; with `skipped`: why. */
  readonly detail: string;
  readonly problems: readonly EntryProblem[];
  readonly skipped?: boolean | undefined;
}

/** A copy of a source in a place that is thrown away. */
export interface ScratchCopy extends AsyncDisposable {
  /** What was restored where, in one sentence. */
  readonly detail: string;
  /** Why the source could only be looked at, and was restored nowhere. */
  readonly skipped?: string | undefined;
  /** Where it can be looked at, such as URLs of databases, without passwords. */
  readonly locations: readonly string[];
  /** All values of a column, `table.column` or `schema.table.column`, in all locations that have it. */
  values?(column: string): Promise<readonly string[]>;
  /** Whether what it holds is sound: rows that refer to others, indexes, ids, digests. */
  checkData?(): Promise<ScratchFinding>;
  /** Whether it is made as what is live now is. */
  checkLive?(): Promise<ScratchFinding>;
}

/** Restores a source of one kind into a place that is thrown away, such as a new schema or database. It cleans up when it throws. */
export type RestoreInto = (request: ScratchRequest) => Promise<ScratchCopy>;

/** What was restored, for validators. */
export interface RestoredCopy {
  /** Absolute path of the folder that the snapshot was restored to. */
  readonly sandbox: string;
  readonly snapshot: SnapshotRecord;
  /** Copies of databases. */
  readonly copies: readonly ScratchCopy[];
  /** Where a path of the snapshot, or an original absolute one, is in the sandbox. @throws {BackupError} `UNSAFE_PATH`. */
  readonly pathOf: (path: string) => string;
  readonly signal: AbortSignal | undefined;
}

/** Looks at what was restored; throws when it is not as it should be. What it returns goes to the report. */
export type RestoreValidator = (restored: RestoredCopy) => Promise<string | void> | string | void;

/** Paths that must be there, or a function that finds them out. */
export type RequiredAssets =
  | readonly string[]
  | ((restored: RestoredCopy) => Promise<readonly string[]> | readonly string[]);

/** Options of {@link validateRestore}. */
export interface ValidateRestoreOptions extends RunOptions {
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** Whose. The same as `filter.tenant`. */
  readonly tenant?: string | undefined;
  readonly filter?: SnapshotFilter | undefined;
  /** Only this path of the snapshot and what is below it. */
  readonly path?: string | undefined;
  /** Folder below which a folder is made, and removed in the end. Default: the system's folder for temporary files. */
  readonly sandbox?: string | undefined;
  /** By kind of source, what restores it to a place that is thrown away. Sources of other kinds are restored as files only. */
  readonly restoreInto?: Readonly<Record<string, RestoreInto>> | undefined;
  readonly assets?: RequiredAssets | undefined;
  readonly validator?: RestoreValidator | undefined;
  /** Milliseconds since 1970. Default: the system clock. */
  readonly clock?: (() => number) | undefined;
}

/** What of a restored copy was checked. */
export interface ValidationCheck {
  /**
   * `restore`: everything could be restored. `checksums`: each file has the SHA-256 that the catalog states. `integrity`: sources
   * were backed up whole, and dumps and packed files are sound by their own formats. `assets`: what has to be there is. `validator`:
   * the user's own. And for each source that is no files and folders: `schema`: a new place takes it. `data`: what it holds is sound there. `live`:
   * it is made as what is live now is.
   */
  readonly name: 'restore' | 'checksums' | 'integrity' | 'schema' | 'data' | 'live' | 'assets' | 'validator';
  /** Path of the source in the snapshot, with `schema`, `data` and `live`; absent where there is no such source. */
  readonly source?: string | undefined;
  /** `skipped`: it was not made, `detail` says why. */
  readonly status: 'passed' | 'failed' | 'skipped';
  /** How many things were checked: files, dumps, databases, rows, paths. */
  readonly checked: number;
  /** In one sentence. */
  readonly detail: string;
  /** The first 100. */
  readonly problems: readonly EntryProblem[];
  readonly duration_ms: number;
}

/** What {@link validateRestore} found. JSON Schema: `restore-validation.schema.json` of this package. */
export interface RestoreValidation {
  /** 32 hex digits. */
  readonly id: string;
  /** Label of the tenant: 16 hex digits. */
  readonly tenantId: string;
  readonly tenant: string;
  /** Id of the snapshot. */
  readonly backupId: string;
  /** ISO 8601: when it began. */
  readonly timestamp: string;
  readonly duration_ms: number;
  /** `failed`: one of the checks did. */
  readonly status: 'passed' | 'failed';
  readonly checks: readonly ValidationCheck[];
  /** The same as text, some lines. */
  readonly report: string;
}
