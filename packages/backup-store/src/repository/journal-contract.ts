/** A tenant, and a way to end a call. */
export interface JournalOptions {
  /** Default `default`. */
  readonly tenant?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Records that were erased for good, such as all that a service knew of a person. */
export interface EraseRecordsOptions extends JournalOptions {
  readonly module: string;
  /** Ids of the records. They are not stored: the journal has keyed digests of them. */
  readonly ids: readonly string[];
  /** Why, for those who read the journal. No names: it stays there for good. */
  readonly note?: string | undefined;
}

/** Tells which records were erased. */
export interface ErasedRecords {
  readonly count: number;
  /** Whether this one was. */
  has(module: string, id: string): boolean;
}

/** A restore of records, as it is remembered. */
export interface NotedRestore {
  /** Names what was restored into, such as the address of a database without its password. */
  readonly target: string;
  /** Id of the snapshot. */
  readonly snapshot: string;
  readonly modules: readonly string[];
  readonly mode: 'full' | 'selective' | 'merge';
}

/** An entry of the journal. */
export type JournalEntry =
  | {
      readonly type: 'erased';
      /** ISO 8601. */
      readonly at: string;
      readonly module: string;
      readonly records: number;
      readonly note?: string | undefined;
    }
  | ({ readonly type: 'restored'; /** ISO 8601. */ readonly at: string } & NotedRestore);

/**
 * What a repository knows of a tenant beside its snapshots: which records were erased for good, and what was restored where.
 * Snapshots can't forget single records; so every restore of records asks here what must not come back. Files are not looked at:
 * a dump of a database comes back as it was made.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * await repository.journal.erase({ module: 'guests', ids: ['guest-17'], note: 'request of 3 May' });
 * const erased = await repository.journal.erased();
 * console.log(erased.has('guests', 'guest-17'));
 * ```
 */
export interface RecordJournal {
  /**
   * Notes records as erased for good: no restore of records brings them back. It can't be undone.
   *
   * @returns How many were not noted before.
   * @throws {BackupError} `INVALID_OPTION`.
   */
  erase(options: EraseRecordsOptions): Promise<{ readonly added: number }>;
  /** @throws {BackupError} when an entry can't be read: then nobody knows who must not come back. */
  erased(options?: JournalOptions): Promise<ErasedRecords>;
  /** Notes a restore that was done, so that a later merge knows what the data comes from. */
  noteRestore(restore: NotedRestore & JournalOptions): Promise<void>;
  /** All entries, oldest first. */
  entries(options?: JournalOptions): Promise<readonly JournalEntry[]>;
}
