import type { BackupOptions, BackupResult, DatedSnapshot, Repository, TenantStats } from '../repository/contract.ts';
import type { CatalogEntry, CatalogFilter } from '../repository/catalog-contract.ts';
import type {
  ContentsOptions,
  Difference,
  EntriesOptions,
  EntryView,
  FindOptions,
  FoundEntry,
  SnapshotEntry,
} from '../repository/entries-contract.ts';
import type { ForgetResult, PruneOptions, PrunePlan, PruneResult } from '../repository/prune-contract.ts';
import type { RestorePlan, RestoreResult } from '../repository/restore-contract.ts';
import type {
  RestoreIntoOptions,
  RestoreIntoResult,
  RestorePlace,
  RollbackOptions,
} from '../repository/restore-into-contract.ts';
import type {
  NotedService,
  ServiceFacts,
  StartedService,
  StartServicesOptions,
  StoppedService,
} from '../repository/service-contract.ts';
import type { RollbackResult, SafeRestoreResult, UnfinishedRestore } from '../repository/safe-restore-contract.ts';
import type { EntryProblem } from '../repository/run-contract.ts';
import type { FilterOfTenant, OfTenant, TenantHandle, TenantJournal } from '../repository/tenant-contract.ts';
import type { VerifyOptions, VerifyReport } from '../repository/verify-contract.ts';
import type { SnapshotCheck } from '../snapshots/facts.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { tenantJournal } from './tenant-journal.ts';

/** What a handle needs beside the calls of the repository. */
export interface TenantLookup {
  /** @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_ERASED`, `CLOSED`. */
  require(name: string): Promise<void>;
  stats(name: string): Promise<TenantStats>;
}

type Calls = Pick<
  Repository,
  | 'journal'
  | 'backup'
  | 'snapshots'
  | 'timeline'
  | 'catalog'
  | 'snapshot'
  | 'damaged'
  | 'entries'
  | 'contents'
  | 'read'
  | 'find'
  | 'diff'
  | 'diffLive'
  | 'planRestore'
  | 'restore'
  | 'restoreSafely'
  | 'restoreInto'
  | 'unfinishedRestores'
  | 'rollBack'
  | 'noteService'
  | 'stoppedServices'
  | 'startServices'
  | 'verify'
  | 'recordCheck'
  | 'forget'
  | 'planPrune'
  | 'prune'
>;

/**
 * {@link TenantHandle}: each reference is resolved among the tenant's own snapshots first, and only whole ids of those are handed on to
 * the repository.
 */
export class OpenTenantHandle implements TenantHandle {
  readonly name: string;
  readonly journal: TenantJournal;
  readonly #calls: Calls;
  readonly #lookup: TenantLookup;

  constructor(name: string, calls: Calls, lookup: TenantLookup) {
    this.name = name;
    this.journal = tenantJournal(calls.journal, name);
    this.#calls = calls;
    this.#lookup = lookup;
  }

  /** The filter with this tenant, whatever else an object that came from elsewhere has in it. */
  #of<T extends object>(options: T): T & { readonly tenant: string } {
    return { ...options, tenant: this.name };
  }

  async #own(reference: string, filter: FilterOfTenant = {}): Promise<string> {
    await this.#lookup.require(this.name);
    return (await this.#calls.snapshot(reference, this.#of(filter))).id;
  }

  async backup(options: Omit<BackupOptions, 'tenant'>): Promise<BackupResult> {
    return await this.#calls.backup(this.#of(options));
  }

  async snapshots(filter: FilterOfTenant = {}): Promise<readonly SnapshotRecord[]> {
    await this.#lookup.require(this.name);
    return await this.#calls.snapshots(this.#of(filter));
  }

  async timeline(filter: FilterOfTenant = {}): Promise<readonly DatedSnapshot[]> {
    await this.#lookup.require(this.name);
    return await this.#calls.timeline(this.#of(filter));
  }

  async catalog(filter: Omit<CatalogFilter, 'tenant'> = {}): Promise<readonly CatalogEntry[]> {
    await this.#lookup.require(this.name);
    return await this.#calls.catalog(this.#of(filter));
  }

  async snapshot(reference: string, filter: FilterOfTenant = {}): Promise<SnapshotRecord> {
    await this.#lookup.require(this.name);
    return await this.#calls.snapshot(reference, this.#of(filter));
  }

  async damaged(): Promise<readonly EntryProblem[]> {
    await this.#lookup.require(this.name);
    return await this.#calls.damaged({ tenant: this.name });
  }

  async *entries(snapshot: string, options?: EntriesOptions): AsyncGenerator<EntryView, void, undefined> {
    yield* this.#calls.entries(await this.#own(snapshot), options);
  }

  async *contents(snapshot: string, options?: ContentsOptions): AsyncGenerator<SnapshotEntry, void, undefined> {
    yield* this.#calls.contents(await this.#own(snapshot), options);
  }

  async *read(
    snapshot: string,
    options: Parameters<TenantHandle['read']>[1],
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const id = await this.#own(snapshot, options.filter);
    yield* this.#calls.read(id, { ...options, filter: { tenant: this.name } });
  }

  async *find(options: Omit<FindOptions, 'tenant'>): AsyncGenerator<FoundEntry, void, undefined> {
    await this.#lookup.require(this.name);
    yield* this.#calls.find(this.#of(options));
  }

  async *diff(
    before: string,
    after: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<Difference, void, undefined> {
    const [first, second] = [await this.#own(before), await this.#own(after)];
    yield* this.#calls.diff(first, second, options);
  }

  async *diffLive(
    snapshot: string,
    options: NonNullable<Parameters<TenantHandle['diffLive']>[1]> = {},
  ): AsyncGenerator<Difference, void, undefined> {
    const id = await this.#own(snapshot, options.filter);
    yield* this.#calls.diffLive(id, { ...options, filter: { tenant: this.name } });
  }

  async planRestore(options: Parameters<TenantHandle['planRestore']>[0]): Promise<RestorePlan> {
    const snapshot = await this.#own(options.snapshot, options.filter);
    return await this.#calls.planRestore({ ...options, snapshot, filter: { tenant: this.name } });
  }

  async restore(options: Parameters<TenantHandle['restore']>[0]): Promise<RestoreResult> {
    const snapshot = await this.#own(options.snapshot, options.filter);
    return await this.#calls.restore({ ...options, snapshot, filter: { tenant: this.name } });
  }

  async restoreSafely(options: Parameters<TenantHandle['restoreSafely']>[0]): Promise<SafeRestoreResult> {
    const snapshot = await this.#own(options.snapshot, options.filter);
    return await this.#calls.restoreSafely({ ...options, snapshot, filter: { tenant: this.name } });
  }

  async restoreInto<Result>(options: OfTenant<RestoreIntoOptions<Result>>): Promise<RestoreIntoResult<Result>> {
    const snapshot = await this.#own(options.snapshot, options.filter);
    return await this.#calls.restoreInto<Result>({
      ...options,
      snapshot,
      filter: { tenant: this.name },
      place: this.#bound(options.place),
      restore: async (run) => await options.restore({ ...run, repository: this }),
      check: async (result, run) =>
        (await options.check?.(result, { ...run, repository: this })) ?? { checked: 0, problems: [] },
    });
  }

  /** The place; what it reads is this tenant's. */
  #bound(place: RestorePlace): RestorePlace {
    const { name, address, parts, current } = place;
    return {
      name,
      address,
      parts,
      current,
      look: async (run) => await place.look(run),
      goBack: async (before, run) => await place.goBack(before, { ...run, repository: this }),
    };
  }

  async unfinishedRestores(): Promise<readonly UnfinishedRestore[]> {
    await this.#lookup.require(this.name);
    return await this.#calls.unfinishedRestores({ tenant: this.name });
  }

  async rollBack(unfinished: string, { place, prepare }: RollbackOptions = {}): Promise<RollbackResult> {
    await this.#lookup.require(this.name);
    const bound = place && this.#bound(place);
    return await this.#calls.rollBack(unfinished, { place: bound, prepare, tenant: this.name });
  }

  async noteService(facts: OfTenant<ServiceFacts>): Promise<NotedService> {
    await this.#lookup.require(this.name);
    return await this.#calls.noteService({ ...facts, tenant: this.name });
  }

  async stoppedServices(): Promise<readonly StoppedService[]> {
    await this.#lookup.require(this.name);
    return await this.#calls.stoppedServices({ tenant: this.name });
  }

  async startServices(
    start: (service: StoppedService) => Promise<void>,
    { except }: Omit<StartServicesOptions, 'tenant'> = {},
  ): Promise<readonly StartedService[]> {
    await this.#lookup.require(this.name);
    return await this.#calls.startServices(start, { except, tenant: this.name });
  }

  async verify(options: Omit<VerifyOptions, 'tenant'> = {}): Promise<VerifyReport> {
    await this.#lookup.require(this.name);
    return await this.#calls.verify(this.#of(options));
  }

  async recordCheck(snapshot: string, check: SnapshotCheck): Promise<void> {
    await this.#calls.recordCheck(await this.#own(snapshot), check);
  }

  async forget(options: Parameters<TenantHandle['forget']>[0]): Promise<ForgetResult> {
    await this.#lookup.require(this.name);
    return await this.#calls.forget({ ...options, filter: this.#of(options.filter ?? {}) });
  }

  async planPrune(options: Omit<PruneOptions, 'tenant'> = {}): Promise<PrunePlan> {
    return await this.#calls.planPrune(this.#of(options));
  }

  async prune(options: Omit<PruneOptions, 'tenant'> = {}): Promise<PruneResult> {
    return await this.#calls.prune(this.#of(options));
  }

  async stats(): Promise<TenantStats> {
    return await this.#lookup.stats(this.name);
  }
}
