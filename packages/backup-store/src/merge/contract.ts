import type { DataRecord, DeletedRecord } from '../records/contract.ts';

/** What is known of one record, from all sides. `undefined`: it is not there. */
export interface MergeView {
  readonly module: string;
  readonly id: string;
  /** What both sides come from. Always `undefined` where a merge has no base: see `hasBase`. */
  readonly base?: DataRecord | undefined;
  /** `false`: there is no snapshot that both sides come from; only the two of them are compared. */
  readonly hasBase: boolean;
  readonly backup?: DataRecord | undefined;
  readonly current?: DataRecord | undefined;
  /** Milliseconds since 1970: when it was last deleted, if anybody knows. */
  readonly deletedAt?: number | undefined;
  /** It belongs to what was erased for good, and must not come back. */
  readonly isErased: boolean;
}

/** Decides a conflict: one of the sides, or a record that takes from both. */
export type MergeResolver = (view: MergeView) => 'backup' | 'current' | DataRecord;

/**
 * Who wins where both sides have something to say: the one that was changed last (`newest`), the snapshot (`backup`), what is there
 * now (`current`), or whom a function names.
 */
export type ConflictRule = 'newest' | 'backup' | 'current' | MergeResolver;

/** When, or which records, something has done harm to. What `current` says of them counts for nothing. */
export interface DamageWindow {
  /** Milliseconds since 1970: records that were last changed at this moment or later. */
  readonly since: number;
  /** Milliseconds since 1970: …and not after this moment. Default: until now. */
  readonly until?: number | undefined;
  /**
   * What becomes of records that were made in that time, and are in no snapshot: they stay (default), or are deleted. They may be
   * what the damage has made, or honest work.
   */
  readonly added?: 'keep' | 'delete' | undefined;
}

/** How a merge decides. */
export interface MergeRules {
  /** Default `newest`. */
  readonly conflict?: ConflictRule | undefined;
  /** A time, or a function that tells of one record whether what is there now is damage. */
  readonly damaged?: DamageWindow | ((view: MergeView) => boolean) | undefined;
  /** Brings back what was deleted on either side, too. Not what was erased. */
  readonly restoreDeleted?: boolean | undefined;
  /** What becomes of records that the backup does not have: they stay (default), or all are deleted, as at a full restore. */
  readonly extra?: 'keep' | 'delete' | undefined;
}

/** `keep`: it stays as it is. `put`: it is added or replaced. `delete`: it goes. `skip`: it is not there, and is not brought back. */
export type MergeAction = 'keep' | 'put' | 'delete' | 'skip';

/** Why something is decided. Each is a row of the table in `docs/concepts/merge.md`. */
export type MergeReason =
  /** Both sides have the same, or neither has it. */
  | 'same'
  /** Made since: the backup never had it. */
  | 'added-in-current'
  /** Made on the backup's side only. */
  | 'added-in-backup'
  /** Changed on one side only. */
  | 'changed-in-current'
  | 'changed-in-backup'
  /** Deleted on one side, and unchanged on the other one. */
  | 'deleted-in-current'
  | 'deleted-in-backup'
  /** In the backup and not there now, and nobody knows of a deletion. */
  | 'missing'
  /** A deletion is known that is later than the backup's record. */
  | 'deleted-since'
  /** A deletion counts for nothing, as was asked for. */
  | 'deletion-ignored'
  /** It was erased for good. */
  | 'erased'
  /** What is there is damage. */
  | 'damaged'
  /** It is not in the backup, and all such go. */
  | 'extra'
  /** Of two versions, this one was changed later. */
  | 'newer-in-current'
  | 'newer-in-backup'
  /** Two versions under one time: whatever has changed the one that is there has not said so. */
  | 'same-time'
  /** Two versions, and nobody knows when one of them was changed. */
  | 'unknown-time'
  /** The rule `backup`, `current` or a function has decided. */
  | 'rule';

/** What is decided of one record. */
export interface MergeDecision {
  readonly module: string;
  readonly id: string;
  readonly action: MergeAction;
  readonly reason: MergeReason;
  /** Both sides had something to say. */
  readonly isConflict: boolean;
  /** With `put`: what is put. */
  readonly record?: DataRecord | undefined;
  /** What the decision was made from. */
  readonly view: MergeView;
}

/** The sides of a merge of one module. Each is ordered by the bytes of its ids in UTF-8 and has each id once. */
export interface MergeSides {
  readonly module: string;
  /** Absent: two sides are compared. */
  readonly base?: AsyncIterable<DataRecord> | Iterable<DataRecord> | undefined;
  readonly backup: AsyncIterable<DataRecord> | Iterable<DataRecord>;
  readonly current: AsyncIterable<DataRecord> | Iterable<DataRecord>;
  /** What is known to have been deleted after the backup. */
  readonly deleted?: AsyncIterable<DeletedRecord> | Iterable<DeletedRecord> | undefined;
  /** Whether a record was erased for good. */
  readonly isErased?: ((id: string) => boolean) | undefined;
}
