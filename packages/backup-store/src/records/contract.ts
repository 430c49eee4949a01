import type { SourceDetail } from '../source/contract.ts';

/** One record of a module: a row, a document, a booking. */
export interface DataRecord {
  /** Names it in its module: 1 to 1024 bytes of UTF-8. */
  readonly id: string;
  /** Milliseconds since 1970: when it was last changed. Absent where nobody keeps that. */
  readonly updatedAt?: number | undefined;
  /** What it holds: a value that JSON has. */
  readonly data: SourceDetail;
}

/** A record that is not there any more. */
export interface DeletedRecord {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly deletedAt: number;
}

/** What reading a module works with. */
export interface ReadRecordsOptions {
  readonly signal: AbortSignal;
  /**
   * Milliseconds since 1970: only what was changed at this moment or later is wanted. Who can't tell gives everything.
   */
  readonly since?: number | undefined;
}

/**
 * Records of one kind, such as the rows of a table. Where it can tell what was deleted, snapshots that read only what has
 * changed know it too; else they are marked `deletes unknown`.
 */
export interface RecordModule {
  /** Small letters, digits, `-`, `_` and `.`: `reservations`. */
  readonly name: string;
  /** All records, or those changed since; each id once, in any order. */
  read(options: ReadRecordsOptions): AsyncIterable<DataRecord>;
  /** `false`: {@link RecordModule.read} can't tell what has changed, and gives everything. It is always read in full then. */
  readonly readsChanges?: boolean | undefined;
  /**
   * Milliseconds since 1970, by the clock that `updatedAt` is made with: what is changed from now on, and what has been changed
   * and can't be seen yet, has this time or a later one. Asked before each reading; the next one asks for changes since then. Where
   * nobody can tell, the newest `updatedAt` that was seen counts, or the own clock if that is behind.
   */
  moment?(options: { readonly signal: AbortSignal }): Promise<number | undefined>;
  /** Ids of all records that are there now, in any order: shows what was deleted. */
  ids?(options: { readonly signal: AbortSignal }): AsyncIterable<string>;
  /** Whether they come in the order of their bytes in UTF-8. Then none are held in memory; else up to 64 MiB of them are. */
  ordersIds?(options: { readonly signal: AbortSignal }): Promise<boolean>;
  /** What was deleted at this moment or later, in any order. Milliseconds since 1970. */
  deleted?(options: { readonly signal: AbortSignal; readonly since: number }): AsyncIterable<DeletedRecord>;
  /** How records are made, such as columns and their types. Kept with the snapshot, and compared before a restore. */
  schema?(options: { readonly signal: AbortSignal }): Promise<SourceDetail>;
}

/** Modules that are read together, such as the tables of a database. `@x/backup-store/records` makes a source of them. */
export interface RecordModules {
  readonly modules: readonly RecordModule[];
  /** Begins what all modules are read in, such as one transaction: called once before anything is read. */
  open?(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Ends it. Called whenever `open` was, whatever became of the reading. */
  close?(): Promise<void>;
}

/** One thing to do to the records of a target. */
export type RecordChange =
  | { readonly module: string; readonly type: 'put'; readonly record: DataRecord }
  | { readonly module: string; readonly type: 'delete'; readonly id: string };

/** Reads the records of a module as they are at one moment, ordered by the bytes of their ids in UTF-8. */
export interface RecordReader {
  /** `true` of what reads in the transaction that changes are done in: it sees those that were done already. */
  readonly seesChanges?: boolean | undefined;
  /** Each record once. */
  read(module: string, options: { readonly signal: AbortSignal }): AsyncIterable<DataRecord>;
}

/**
 * What to change: a list, or a function that makes it from what the transaction itself sees. Such a function goes through ids in
 * order, and only changes records that it has read already, so that reading on is not disturbed.
 */
export type RecordChanges = AsyncIterable<RecordChange> | ((view: RecordReader) => AsyncIterable<RecordChange>);

/** Where records are restored to. */
export interface RecordTarget extends RecordReader {
  /** Names of the modules that it has; those that others refer to come before those. */
  modules(options: { readonly signal: AbortSignal }): Promise<readonly string[]>;
  /** How records are made there; as {@link RecordModule.schema} says it. */
  schema?(module: string, options: { readonly signal: AbortSignal }): Promise<SourceDetail>;
  /**
   * Does all of the changes or none: one transaction, which a function that makes them reads in, too. Records that are put are added
   * or replaced. When the changes throw, nothing is done.
   *
   * @param options `onReplace`: to be called by who can't do all or nothing, right before the first change that could stay behind alone.
   * @returns how many changes were done.
   */
  apply(
    changes: RecordChanges,
    options: { readonly signal: AbortSignal; readonly onReplace?: (() => void) | undefined },
  ): Promise<number>;
}

/** Records of a database or of documents, to back up and to restore to. */
export interface RecordAdapter {
  /** For `recordsSource({ name, ...source })`. */
  readonly source: RecordModules;
  readonly target: RecordTarget;
}
