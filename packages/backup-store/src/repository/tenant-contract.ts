import type { SnapshotCheck } from '../snapshots/facts.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { BackupOptions, BackupResult } from './backup-contract.ts';
import type { CatalogEntry, CatalogFilter } from './catalog-contract.ts';
import type { DatedSnapshot, TenantStats } from './tenant-stats-contract.ts';
import type {
  ContentsOptions,
  Difference,
  EntriesOptions,
  EntryView,
  FindOptions,
  FoundEntry,
  LiveDiffOptions,
  ReadOptions,
  SnapshotEntry,
} from './entries-contract.ts';
import type { ForgetOptions, ForgetResult, PruneOptions, PrunePlan, PruneResult } from './prune-contract.ts';
import type {
  EraseRecordsOptions,
  ErasedRecords,
  JournalEntry,
  JournalOptions,
  NotedRestore,
} from './journal-contract.ts';
import type { RestoreOptions, RestorePlan, RestoreResult } from './restore-contract.ts';
import type { RestoreIntoOptions, RestoreIntoResult, RollbackOptions } from './restore-into-contract.ts';
import type {
  NotedService,
  ServiceFacts,
  StartedService,
  StartServicesOptions,
  StoppedService,
} from './service-contract.ts';
import type {
  RollbackResult,
  SafeRestoreOptions,
  SafeRestoreResult,
  UnfinishedRestore,
} from './safe-restore-contract.ts';
import type { EntryProblem, SnapshotFilter } from './run-contract.ts';
import type { VerifyOptions, VerifyReport } from './verify-contract.ts';

/** A filter that needs no tenant, as there is only one. */
export type FilterOfTenant = Omit<SnapshotFilter, 'tenant'>;

/** Options of a call without the tenant, and with a filter that needs none. */
export type OfTenant<Options> = Omit<Options, 'tenant' | 'filter'> & { readonly filter?: FilterOfTenant | undefined };

/** {@link RecordJournal} of one tenant. */
export interface TenantJournal {
  /** Notes records as erased for good. @returns How many were not noted before. @throws {BackupError} `INVALID_OPTION`. */
  erase(options: Omit<EraseRecordsOptions, 'tenant'>): Promise<{ readonly added: number }>;
  /** Tells which records were erased. @throws {BackupError} when an entry can't be read. */
  erased(options?: Omit<JournalOptions, 'tenant'>): Promise<ErasedRecords>;
  /** Notes a restore that was done, so that a later merge knows what the data comes from. */
  noteRestore(restore: NotedRestore & Omit<JournalOptions, 'tenant'>): Promise<void>;
  /** All entries, oldest first. */
  entries(options?: Omit<JournalOptions, 'tenant'>): Promise<readonly JournalEntry[]>;
}

/**
 * One tenant of an open repository: every call sees this tenant's snapshots and no other's. Ids, names and paths of another tenant
 * lead to the same errors as those that nobody has.
 *
 * @throws {BackupError} from every call: `TENANT_NOT_FOUND`, `TENANT_ERASED`, `CLOSED`; further codes as of the same call of `Repository`.
 */
export interface TenantHandle {
  /** In its one form (NFC). */
  readonly name: string;
  /** Which of its records were erased for good, and what was restored where. */
  readonly journal: TenantJournal;
  /** As `Repository.backup`. @throws {BackupError} `QUOTA_EXCEEDED`: then there is no snapshot. */
  backup(options: Omit<BackupOptions, 'tenant'>): Promise<BackupResult>;
  /** Snapshots that match, oldest first. */
  snapshots(filter?: FilterOfTenant): Promise<readonly SnapshotRecord[]>;
  /** The same, each with the time that the order of snapshots bears out. */
  timeline(filter?: FilterOfTenant): Promise<readonly DatedSnapshot[]>;
  /** What is known of this tenant's snapshots, with modules and checksums, also of those that were forgotten. */
  catalog(filter?: Omit<CatalogFilter, 'tenant'>): Promise<readonly CatalogEntry[]>;
  /** @throws {BackupError} `SNAPSHOT_NOT_FOUND`, also for those of others. */
  snapshot(reference: string, filter?: FilterOfTenant): Promise<SnapshotRecord>;
  /** What of this tenant can't be read or was taken away. */
  damaged(): Promise<readonly EntryProblem[]>;
  /** As `Repository.entries`: what is in a snapshot, ordered by paths. */
  entries(snapshot: string, options?: EntriesOptions): AsyncIterable<EntryView>;
  /** As `Repository.contents`: entries with all that is known of them and their contents. `exportZip` reads a tenant's snapshots by it. */
  contents(snapshot: string, options?: ContentsOptions): AsyncIterable<SnapshotEntry>;
  /** As `Repository.read`: the content of a file, in pieces. */
  read(snapshot: string, options: OfTenant<ReadOptions>): AsyncIterable<Uint8Array>;
  /** As `Repository.find`: entries of this tenant's snapshots that match. */
  find(options: Omit<FindOptions, 'tenant'>): AsyncIterable<FoundEntry>;
  /** As `Repository.diff`, of two snapshots of this tenant. */
  diff(
    before: string,
    after: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<Difference>;
  /** As `Repository.diffLive`, of a snapshot of this tenant. */
  diffLive(snapshot: string, options?: OfTenant<LiveDiffOptions>): AsyncIterable<Difference>;
  /** What `restore` would do. Writes nothing. */
  planRestore(options: OfTenant<RestoreOptions>): Promise<RestorePlan>;
  /** As `Repository.restore`. */
  restore(options: OfTenant<RestoreOptions>): Promise<RestoreResult>;
  /** As `Repository.restoreSafely`; the safety snapshot is this tenant's. */
  restoreSafely(options: OfTenant<SafeRestoreOptions>): Promise<SafeRestoreResult>;
  /** As `Repository.restoreInto`; the place reads what this tenant has and nothing else. */
  restoreInto<Result>(options: OfTenant<RestoreIntoOptions<Result>>): Promise<RestoreIntoResult<Result>>;
  /** Those of this tenant's snapshots that this machine has begun and not finished. */
  unfinishedRestores(): Promise<readonly UnfinishedRestore[]>;
  /** As `Repository.rollBack`. @throws {BackupError} `INVALID_OPTION`, also for those of others. */
  rollBack(unfinished: string, at?: RollbackOptions): Promise<RollbackResult>;
  /** As `Repository.noteService`. */
  noteService(facts: OfTenant<ServiceFacts>): Promise<NotedService>;
  /** Those that were stopped for this tenant. */
  stoppedServices(): Promise<readonly StoppedService[]>;
  /** As `Repository.startServices`, for those that were stopped for this tenant. */
  startServices(
    start: (service: StoppedService) => Promise<void>,
    options?: Omit<StartServicesOptions, 'tenant'>,
  ): Promise<readonly StartedService[]>;
  /** Checks what this tenant has stored, and nothing that belongs to the whole repository. */
  verify(options?: Omit<VerifyOptions, 'tenant'>): Promise<VerifyReport>;
  /** As `Repository.recordCheck`. @throws {BackupError} `SNAPSHOT_NOT_FOUND`, also for those of others. */
  recordCheck(snapshot: string, check: SnapshotCheck): Promise<void>;
  /** @throws {BackupError} `SNAPSHOT_NOT_FOUND`, also for those of others; `TENANT_HELD`. */
  forget(options: OfTenant<ForgetOptions>): Promise<ForgetResult>;
  /** What `prune` would delete and write again. Changes nothing. */
  planPrune(options?: Omit<PruneOptions, 'tenant'>): Promise<PrunePlan>;
  /** @throws {BackupError} `TENANT_HELD`. */
  prune(options?: Omit<PruneOptions, 'tenant'>): Promise<PruneResult>;
  /** How much this tenant has, and what of it is stored. */
  stats(): Promise<TenantStats>;
}
