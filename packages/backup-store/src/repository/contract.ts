import type { ObjectStore } from '@x/storage';
import type { SnapshotCheck } from '../snapshots/facts.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { BackupOptions, BackupResult } from './backup-contract.ts';
import type { CatalogEntry, CatalogFilter } from './catalog-contract.ts';
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
import type { RecordJournal } from './journal-contract.ts';
import type { RepositoryKeys } from './keys-contract.ts';
import type { RepairOptions, RepairResult } from './repair-contract.ts';
import type { RestoreOptions, RestorePlan, RestoreResult } from './restore-contract.ts';
import type { RestoreIntoOptions, RestoreIntoResult, RollbackOptions } from './restore-into-contract.ts';
import type { TenantHandle } from './tenant-contract.ts';
import type { DatedSnapshot, TenantStats } from './tenant-stats-contract.ts';
import type { RepositoryTenants } from './tenants-contract.ts';
import type {
  RollbackResult,
  SafeRestoreOptions,
  SafeRestoreResult,
  UnfinishedRestore,
} from './safe-restore-contract.ts';
import type { EntryProblem, RunOptions, SnapshotFilter } from './run-contract.ts';
import type { RepositorySettings } from './settings-contract.ts';
import type {
  NotedService,
  ServiceFacts,
  StartedService,
  StartServicesOptions,
  StoppedService,
} from './service-contract.ts';
import type { Unlock } from './unlock-contract.ts';
import type { VerifyOptions, VerifyReport } from './verify-contract.ts';

export type * from './backup-contract.ts';
export type * from './catalog-contract.ts';
export type * from './entries-contract.ts';
export type * from './journal-contract.ts';
export type * from './erasure-contract.ts';
export type * from './keys-contract.ts';
export type * from './prune-contract.ts';
export type * from './repair-contract.ts';
export type * from './restore-contract.ts';
export type * from './restore-into-contract.ts';
export type * from './run-contract.ts';
export type * from './tenant-contract.ts';
export type * from './tenant-stats-contract.ts';
export type * from './tenants-contract.ts';
export type * from './safe-restore-contract.ts';
export type * from './service-contract.ts';
export type * from './settings-contract.ts';
export type * from './unlock-contract.ts';
export type * from './verify-contract.ts';

/** What {@link createRepository} returns. */
export interface CreatedRepository {
  readonly repository: Repository;
  /** To be shown once and kept elsewhere; not stored anywhere. */
  readonly recoveryCode?: string | undefined;
}

/** Options of {@link openRepository}. */
export interface OpenRepositoryOptions extends RepositorySettings {
  /** Not needed when the repository is not encrypted. */
  readonly unlock?: Unlock | undefined;
}

/** Sizes and counts of a repository, per tenant. */
export interface RepositoryStats {
  readonly tenants: readonly TenantStats[];
  readonly objects: number;
  /** Everything stored, in bytes. */
  readonly bytesStored: number;
}

/** What a repository says of itself. */
export interface RepositoryInfo {
  readonly id: string;
  readonly url: string;
  /** Where the keyring is, if not where the data is. */
  readonly keyStoreUrl?: string | undefined;
  readonly formatVersion: number;
  readonly encrypted: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly encryption: string;
  readonly tenants: readonly string[];
  /** The slots that count; more of them with {@link Repository.keys}. */
  readonly slots: readonly { readonly id: string; readonly type: string }[];
}

/** An open repository. */
export interface Repository extends AsyncDisposable {
  /** 32 hex digits. */
  readonly id: string;
  /** Where its objects are. Other things may lie beside them under names of their own; closing the repository closes it. */
  readonly store: ObjectStore;
  /** `false`: whoever reads the store can read the data. */
  readonly encrypted: boolean;
  /** What opens it: list, add, remove and rotate keys. */
  readonly keys: RepositoryKeys;
  /** Which records were erased for good, and what was restored where. */
  readonly journal: RecordJournal;
  /** Adds tenants, changes what is kept of them, holds and erases them. */
  readonly tenants: RepositoryTenants;
  /**
   * One tenant, whose snapshots are all that the calls of what is returned see. Nothing is read yet.
   *
   * @throws {BackupError} `INVALID_OPTION` for what is no name of a tenant.
   *
   * @example
   * ```ts
   * import { openRepository } from '@x/backup-store';
   *
   * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
   * await repository.tenants.add('property1', { quotaBytes: 50_000_000_000 });
   * const property = repository.tenant('property1');
   * await property.backup({ paths: ['/srv/property1'] });
   * console.log((await property.snapshots()).length);
   * ```
   */
  tenant(name: string): TenantHandle;
  /** Identity, key slots and tenants. */
  info(): Promise<RepositoryInfo>;
  /**
   * Adds a passphrase slot: from then on the passphrase opens the repository too.
   *
   * @throws {BackupError} `INVALID_OPTION` for an empty one, or when the repository is not encrypted.
   */
  addPassphrase(passphrase: string): Promise<void>;
  /**
   * Backs up files, folders and other sources to one new snapshot. What can't be read is listed in `problems`, and the rest is kept.
   * A run that was ended leaves what it has stored for the next one.
   *
   * @throws {BackupError} `PATH_FAILED` when no path can be read at all, `SOURCE_FAILED` when no source can (with `atomic`: when
   * one can't), `ABORTED`, `SESSION_FENCED`, `WORKER_FAILED`,
   * `SEAL_MISMATCH`, `QUOTA_EXCEEDED`, `TENANT_NOT_FOUND` (where tenants are added by hand), `TENANT_ERASED`.
   */
  backup(options: BackupOptions): Promise<BackupResult>;
  /** Snapshots of all tenants that match, oldest first. */
  snapshots(filter?: SnapshotFilter): Promise<readonly SnapshotRecord[]>;
  /** The same, each with the time that the order of snapshots bears out. */
  timeline(filter?: SnapshotFilter): Promise<readonly DatedSnapshot[]>;
  /**
   * What is known of snapshots, also of those that were forgotten in the last 90 days, oldest first: modules, checksums, kinds, sizes and
   * how each was last checked.
   */
  catalog(filter?: CatalogFilter): Promise<readonly CatalogEntry[]>;
  /**
   * One snapshot: by id, beginning of an id (4 characters or more), name, or `latest`.
   *
   * @throws {BackupError} `SNAPSHOT_NOT_FOUND`; `SNAPSHOT_AMBIGUOUS` with the candidates as `details`;
   * `SNAPSHOT_MISSING` when it was taken away (for `latest`: when any was, as an older one would pass for it).
   */
  snapshot(reference: string, filter?: SnapshotFilter): Promise<SnapshotRecord>;
  /** Stored snapshots and index segments that can't be read, and snapshots that were taken away; the others can be used. */
  damaged(filter?: Pick<SnapshotFilter, 'tenant'>): Promise<readonly EntryProblem[]>;
  /** Entries of a snapshot in path order. @throws {BackupError} `PATH_NOT_FOUND`. */
  entries(snapshot: string, options?: EntriesOptions): AsyncIterable<EntryView>;
  /**
   * The content of one file of a snapshot, in pieces, each of which was compared with its digest. For what can't take a folder: a
   * database, a pipe.
   *
   * @throws {BackupError} `PATH_NOT_FOUND`; `PATH_FAILED` for what is no file; `BLOB_MISSING` and `OBJECT_...` for what is damaged.
   * What was given before is then not the whole file.
   */
  read(snapshot: string, options: ReadOptions): AsyncIterable<Uint8Array>;
  /**
   * Entries of a snapshot in path order, source by source, with all that is known of them and their contents. For what copies a
   * snapshot elsewhere: contents that are read in the order of the entries are fetched ahead.
   *
   * @throws {BackupError} `PATH_NOT_FOUND`, `INVALID_OPTION`; `BLOB_MISSING` and `OBJECT_...` for what is damaged. Contents:
   * `CONTENT_ABSENT` where a checkpoint has none.
   */
  contents(snapshot: string, options?: ContentsOptions): AsyncIterable<SnapshotEntry>;
  /** Entries that match a glob, in all snapshots that match, oldest first. */
  find(options: FindOptions): AsyncIterable<FoundEntry>;
  /** What differs between two snapshots, in path order. Sources are compared by their roots. */
  diff(
    before: string,
    after: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<Difference>;
  /**
   * What differs between a snapshot and the files on disk now, in path order: `added` are those that the snapshot does not have.
   *
   * @throws {BackupError} `PATH_NOT_FOUND`; `PATH_FAILED` for what can't be looked at, unless `onProblem` is given.
   */
  diffLive(snapshot: string, options?: LiveDiffOptions): AsyncIterable<Difference>;
  /** What {@link Repository.restore} would do with the same options. Changes nothing. */
  planRestore(options: RestoreOptions): Promise<RestorePlan>;
  /**
   * Restores a snapshot, or a part of it. Each file is written under another name and put in place when it is
   * complete; what fails is listed in `problems`, and the rest is restored.
   *
   * @throws {BackupError} `INVALID_OPTION`, `PATH_NOT_FOUND`, `PATH_FAILED` (the target), `ABORTED`.
   */
  restore(options: RestoreOptions): Promise<RestoreResult>;
  /**
   * Restores to the original paths and lets nothing get lost: backs up what is there, restores, validates, and makes everything what it was
   * before when the validation fails. When the process ends in between, {@link Repository.unfinishedRestores} tells.
   *
   * @throws {BackupError} `SAFETY_INCOMPLETE` before anything is changed; what {@link Repository.restore} throws.
   */
  restoreSafely(options: SafeRestoreOptions): Promise<SafeRestoreResult>;
  /**
   * Restores into a database, or another place that is no folder, and lets nothing get lost: makes a safety snapshot of what is there, restores,
   * validates, and makes the place what it was before when that fails. When the process ends in between,
   * {@link Repository.unfinishedRestores} tells.
   *
   * @throws {BackupError} `SAFETY_INCOMPLETE` before anything is changed; `RESTORE_ROLLED_BACK` when all is as it was, with the reason as
   * `cause`; `RESTORE_INVALID` without a safety snapshot to go back to; `ROLLBACK_FAILED`; `ABORTED`; what the restore throws, when it has
   * changed nothing.
   *
   * @example
   * ```ts
   * import { openRepository } from '@x/backup-store';
   * import { intoPostgres } from '@x/backup-store/postgres';
   *
   * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
   * const server = { url: 'postgres://admin@db.example', password: process.env['ADMIN_DB_PASSWORD'] };
   * const { safetySnapshot } = await repository.restoreInto({
   *   snapshot: 'latest',
   *   ...intoPostgres({ ...server, path: 'postgres/shop.sql', database: 'shop', clean: true }),
   *   validate: async () => {
   *     if (!(await fetch('http://127.0.0.1:8080/health')).ok) throw new Error('The shop does not work with it');
   *   },
   * });
   * console.log(safetySnapshot);
   * ```
   */
  restoreInto<Result>(options: RestoreIntoOptions<Result>): Promise<RestoreIntoResult<Result>>;
  /**
   * Restores by {@link Repository.restoreSafely} and {@link Repository.restoreInto} that this machine has begun and not finished, oldest
   * first.
   */
  unfinishedRestores(filter?: Pick<SnapshotFilter, 'tenant'>): Promise<readonly UnfinishedRestore[]>;
  /**
   * Goes back behind a restore that was not finished. What else has changed since stays as it is.
   *
   * @param at `tenant`: only one of this tenant.
   * @throws {BackupError} `INVALID_OPTION` when there is none of this id, it has made no safety backup, or `place` is another one;
   * `ROLLBACK_BUSY` when somebody restores or goes back there; `SNAPSHOT_NOT_FOUND` when the safety backup was forgotten;
   * `ROLLBACK_FAILED` for a place; what `prepare` throws.
   */
  rollBack(
    unfinished: string,
    at?: RollbackOptions & { readonly tenant?: string | undefined },
  ): Promise<RollbackResult>;
  /**
   * Notes a service before it is stopped, for whoever comes after this process was killed. Restores by {@link Repository.restoreInto} and
   * backups of sources with `resumeBy` do so by themselves.
   *
   * @throws {BackupError} `PATH_FAILED`: then do not stop it.
   */
  noteService(facts: ServiceFacts): Promise<NotedService>;
  /** Services that processes of this machine have stopped and, as they were killed, not started again; oldest first. */
  stoppedServices(filter?: Pick<SnapshotFilter, 'tenant'>): Promise<readonly StoppedService[]>;
  /**
   * Starts services that were left stopped, but for those that wait for a restore to be rolled back. To be called before a run, and after
   * {@link Repository.rollBack}. A restore that was killed while its service started is finished by that; when the service does not start,
   * the restore stays unfinished, and is to be rolled back as it would have been. Nobody goes back in its place meanwhile, and none is
   * started where somebody does.
   *
   * @param start Starts one, such as `({ startBy }) => runCommand(startBy)`.
   *
   * @example
   * ```ts
   * import { openRepository } from '@x/backup-store';
   * import { runCommand } from '@x/backup-store/command';
   *
   * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
   * const started = await repository.startServices(async ({ startBy }) => void (await runCommand(startBy)));
   * for (const { service, error } of started) console.log(service.since, service.reason, error ?? 'it works again');
   * ```
   */
  startServices(
    start: (service: StoppedService) => Promise<void>,
    options?: StartServicesOptions,
  ): Promise<readonly StartedService[]>;
  /** Checks what is stored and reports everything that is wrong, with the snapshots and paths concerned. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  /**
   * Remembers on this machine that a snapshot was checked in another way than by {@link Repository.verify}, as `validateRestore` does.
   *
   * @throws {BackupError} `SNAPSHOT_NOT_FOUND`.
   */
  recordCheck(snapshot: string, check: SnapshotCheck): Promise<void>;
  /**
   * Forgets snapshots: they are gone from every list at once. What only they need is deleted by the next {@link Repository.prune}.
   *
   * @throws {BackupError} `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_AMBIGUOUS`, `TENANT_HELD`, `SNAPSHOT_IN_USE`: then none is forgotten.
   */
  forget(options: ForgetOptions): Promise<ForgetResult>;
  /** What {@link Repository.prune} would do, and what it costs. Changes nothing. @throws {BackupError} `PRUNE_REFUSED`. */
  planPrune(options?: PruneOptions): Promise<PrunePlan>;
  /**
   * Deletes what no snapshot needs. May run while backups, restores and other prunes do, here and elsewhere; one that was ended is
   * gone on with by the next.
   *
   * @throws {BackupError} `PRUNE_REFUSED` when something that snapshots need can't be read: then nothing is deleted.
   */
  prune(options?: PruneOptions): Promise<PruneResult>;
  /** Sizes and counts. */
  stats(): Promise<RepositoryStats>;
  /**
   * Mends what can be mended and gives up what is lost: index segments are written anew from the packs, what can still be read of
   * damaged packs goes to new ones, and commits that can't be read are given up. The result says which snapshots lack something
   * from then on; a backup of a source that still has the data stores it again, and then they are whole.
   */
  repair(options?: RepairOptions): Promise<RepairResult>;
  /** Writes index segments that are missing or damaged anew, from the packs alone. */
  rebuildIndex(options?: RunOptions): Promise<{ readonly packs: number; readonly blobs: number }>;
  /** Lets go of the store. Calls after it reject with `CLOSED`. */
  close(): Promise<void>;
}
