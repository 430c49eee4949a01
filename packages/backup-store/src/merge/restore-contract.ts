import type { DataRecord, DeletedRecord, RecordTarget } from '../records/contract.ts';
import type { SourceDetail } from '../source/contract.ts';
import type { MergeAction, MergeDecision, MergeReason, MergeRules } from './contract.ts';

/** What reading a module of a {@link RecordView} works with. */
export interface ViewOptions {
  readonly signal: AbortSignal;
  /** Only these are wanted; others may be given, too. */
  readonly ids?: ReadonlySet<string> | undefined;
}

/** Records of a snapshot, or of any other place that can be read. Ordered by the bytes of their ids in UTF-8. */
export interface RecordView {
  /** The records of a module; none of one that is not there. */
  read(module: string, options: ViewOptions): AsyncIterable<DataRecord>;
  /** Names of the modules that are there. */
  modules(options: { readonly signal: AbortSignal }): Promise<readonly string[]>;
  /** How records are made; `undefined` if nobody knows. */
  schema?(module: string, options: { readonly signal: AbortSignal }): Promise<SourceDetail | undefined>;
  /** What is known to have been deleted later, in the order of ids. */
  deleted?(module: string, options: ViewOptions): AsyncIterable<DeletedRecord>;
}

/**
 * `full`: afterwards the modules are as in the backup. `selective`: modules or single records are as in the backup, and
 * nothing else is touched. `merge`: newer data stays, as the rules say.
 */
export type RecordRestoreMode = 'full' | 'selective' | 'merge';

/** What {@link planRecordRestore} and {@link restoreRecords} work with. */
export interface RecordRestoreOptions {
  readonly mode: RecordRestoreMode;
  readonly backup: RecordView;
  /** With `merge`: what both sides come from. Absent: the two sides are compared by their times. */
  readonly base?: RecordView | undefined;
  readonly target: RecordTarget;
  /** Default: all modules of the backup. They are worked on in this order; by default in that of the target. */
  readonly modules?: readonly string[] | undefined;
  /** Only these records, by module. */
  readonly records?: Readonly<Record<string, readonly string[]>> | undefined;
  /** With `merge`. */
  readonly rules?: MergeRules | undefined;
  /**
   * Changes records of the backup and of the base on their way, such as to another tenant's; those it gives `undefined` for stay
   * away. The order of ids must stay the same. With it, what has changed in a schema is taken to be seen to.
   */
  readonly map?: ((record: DataRecord, module: string) => DataRecord | undefined) | undefined;
  /** Columns that are left as they are in the target, by module. */
  readonly skipColumns?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Whether a record was erased for good. See `Repository.journal`. */
  readonly isErased?: ((module: string, id: string) => boolean) | undefined;
  /** Conflicts that the plan lists; all are counted. Default 1000. */
  readonly maxConflicts?: number | undefined;
  /** Told of every decision while it is planned, in order: for lists that no memory would hold. */
  readonly onDecision?: ((decision: MergeDecision) => void | Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a column of the target differs from what it was when the backup was made. */
export interface SchemaChange {
  readonly module: string;
  readonly column: string;
  /** `added` and `removed`: since the backup. */
  readonly change: 'added' | 'removed' | 'type';
  readonly before?: string | undefined;
  readonly now?: string | undefined;
}

/** Counts of a module, or of all. */
export interface MergeCounts {
  /** Records that are put and are not there now. */
  readonly added: number;
  /** Records that are put over what is there now. */
  readonly replaced: number;
  readonly deleted: number;
  /** What is there and stays as it is, also where it is the same. */
  readonly kept: number;
  /** Of the backup, and not brought back. */
  readonly skipped: number;
  /** Not brought back as they were erased for good. */
  readonly erased: number;
  readonly conflicts: number;
}

/** What is to be done to one module. */
export interface ModulePlan extends MergeCounts {
  readonly module: string;
  readonly reasons: Readonly<Partial<Record<MergeReason, number>>>;
  /** Columns that were added since; they stay as they are. */
  readonly schemaChanges: readonly SchemaChange[];
}

/** A conflict and what becomes of it. */
export interface PlannedConflict {
  readonly module: string;
  readonly id: string;
  readonly action: MergeAction;
  readonly reason: MergeReason;
  /** Milliseconds since 1970. */
  readonly backupUpdatedAt?: number | undefined;
  readonly currentUpdatedAt?: number | undefined;
  readonly deletedAt?: number | undefined;
}

/** What a restore of records would do. Can be written as JSON. */
export interface RecordRestorePlan extends MergeCounts {
  readonly mode: RecordRestoreMode;
  /** Whether there is a base. */
  readonly ways: 2 | 3;
  readonly modules: readonly ModulePlan[];
  /** The first ones, in the order of modules and ids. */
  readonly conflictList: readonly PlannedConflict[];
  /** 64 hex digits: stands for all changes and for what they replace. */
  readonly fingerprint: string;
}

/** What was done. */
export interface RecordRestoreResult extends RecordRestorePlan {
  /** Changes that the target has done. */
  readonly changes: number;
}
