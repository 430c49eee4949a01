import { backup } from '../backup/backup.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { OwnKey } from '../keyring/open-keyring.ts';
import { OpenJournal } from '../journal/open-journal.ts';
import { tenantName } from '../keyring/tenant-name.ts';
import { OpenKeys } from '../keys/repository-keys.ts';
import { diffLive } from '../live/diff-live.ts';
import { rebuildIndex } from '../verify/rebuild-index.ts';
import { restoreCopies } from '../verify/restore-copies.ts';
import { verify } from '../verify/verify.ts';
import { abortable } from '../run/abort.ts';
import { planPrune, prune } from '../prune/prune.ts';
import { withReserve } from '../prune/reserve.ts';
import { repair } from '../repair/repair.ts';
import { forgottenError } from '../restore/forgotten.ts';
import { planRestore, restore } from '../restore/restore.ts';
import { RestoreJournal, unfinishedOf } from '../safe-restore/journal.ts';
import { restoreSafely, rollBackUnfinished } from '../safe-restore/restore-safely.ts';
import { backupCatalog } from '../snapshots/catalog.ts';
import { SnapshotChecks } from '../snapshots/checks.ts';
import { diffSnapshots } from '../snapshots/diff.ts';
import type { SnapshotCheck } from '../snapshots/facts.ts';
import { listContents } from '../snapshots/contents.ts';
import { listEntries } from '../snapshots/entries.ts';
import { findEntries } from '../snapshots/find.ts';
import { readFile } from '../snapshots/read.ts';
import { forget } from '../snapshots/forget.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { matches, type TenantSnapshot } from '../snapshots/resolve.ts';
import { repositoryStats } from '../snapshots/stats.ts';
import { OpenTenants } from '../tenants/open-tenants.ts';
import { OpenTenantHandle } from '../tenants/tenant-handle.ts';
import type * as contract from './contract.ts';
import { OpenContext } from './open-context.ts';
import { repositoryInfo } from './repository-info.ts';
import { SnapshotLookup } from './snapshot-lookup.ts';
import type { TenantHandle } from './tenant-contract.ts';

/** What opening or creating a repository comes to. */
export interface Opened {
  readonly sealed: SealedStore;
  /** Where the keyring is: `sealed`, or the key store. */
  readonly ring: SealedStore;
  readonly config: RepositoryConfig;
  readonly keyring: Keyring;
  /** What it was opened or made with. */
  readonly own: OwnKey;
}

/** {@link contract.Repository}: ties the use cases together; each of them has a folder of its own. */
export class OpenRepository implements contract.Repository {
  readonly id: string;
  readonly encrypted: boolean;
  readonly keys: OpenKeys;
  readonly journal: OpenJournal;
  readonly tenants: OpenTenants;
  readonly #opened: Opened;
  readonly #context: OpenContext;
  readonly #lookup: SnapshotLookup;
  #closed = false;

  constructor(opened: Opened, settings: contract.RepositorySettings) {
    this.#opened = opened;
    this.id = opened.config.repositoryId;
    this.encrypted = opened.config.encrypted;
    this.#context = new OpenContext(opened, settings);
    this.#lookup = new SnapshotLookup(this.#context, () => this.#check());
    const { sealed, ring, keyring, config, own } = opened;
    const context = this.#context;
    this.keys = new OpenKeys({
      sealed,
      ring,
      keyring,
      config,
      own,
      clock: context.clock,
      load: async () => await this.#loadKeys(),
      emit: (name, details) => context.emit(name, details),
    });
    this.journal = new OpenJournal({
      sealed,
      clock: context.clock,
      tenant: async (name) => {
        await this.#loadKeys();
        return (await context.tenant(name)).tenant;
      },
      checkCount: async (label, entries) => await context.pins.checkJournal(label, entries),
      emit: (name, details) => context.emit(name, details),
    });
    this.tenants = new OpenTenants(context, async () => await this.#loadKeys());
  }

  tenant(name: string): TenantHandle {
    const { tenants } = this;
    return new OpenTenantHandle(tenantName(name), this, {
      require: async (wanted) => {
        await this.#loadKeys();
        await this.#context.tenant(wanted);
      },
      stats: async (wanted) => await tenants.stats(wanted),
    });
  }

  /** Compares the repository with what this machine remembers of it. */
  async pin(): Promise<void> {
    await this.#context.pins.check(this.#opened.config, this.#opened.keyring);
  }

  announce(name: 'repository.created' | 'repository.opened'): void {
    this.#context.emit(name, { repository: this.id, encrypted: this.encrypted });
  }

  /** A slot that a newer version of this program has made stays as it is. */
  announceSkipped(slot: string): void {
    this.#context.emit('slot.skipped', { slot });
  }

  async #loadKeys(): Promise<void> {
    this.#check();
    await this.#context.loadKeys();
  }

  #check(): void {
    if (this.#closed) throw new BackupError('CLOSED', 'Expected an open repository, got one that was closed');
  }

  async info(): Promise<contract.RepositoryInfo> {
    this.#check();
    return await repositoryInfo(this.#opened);
  }

  async addPassphrase(passphrase: string): Promise<void> {
    this.#check();
    if (passphrase === '' || !this.encrypted) {
      throw new BackupError('INVALID_OPTION', 'Expected a passphrase that is not empty, for an encrypted repository');
    }
    await this.keys.add({ passphrase });
  }

  async backup(options: contract.BackupOptions): Promise<contract.BackupResult> {
    this.#check();
    // What is written from now on is to be sealed with the keys of now, however long ago this was opened.
    await this.#context.loadKeys();
    const result = await this.#backup(options);
    // The snapshot is there, whatever comes of this. What is wrong shows at the next look, or when it is verified.
    // Of many backups at once, the last one looks after the copies.
    if (options.dryRun !== true && this.#context.turns.isIdle) await restoreCopies(this.#context).catch(() => undefined);
    await this.#context.refreshOne(options.tenant ?? 'default').catch(() => undefined);
    return result;
  }

  async #backup(options: contract.BackupOptions): Promise<contract.BackupResult> {
    const { early, turns } = this.#context;
    // Threads of those that are at work go over to those that wait.
    const end = early.begin();
    try {
      return await abortable(options.signal, async () => {
        const name = options.tenant ?? 'default';
        const turn = await turns.take(this.#context.keyring.find(name)?.label ?? name, options.signal);
        try {
          early.start('scan');
          return await backup(this.#context, options, turn);
        } finally {
          turn.over();
        }
      });
    } finally {
      end();
    }
  }

  async snapshots(filter: contract.SnapshotFilter = {}): Promise<readonly SnapshotRecord[]> {
    return (await this.#lookup.all()).map(({ record }) => record).filter((record) => matches(record, filter));
  }

  async timeline(filter: contract.SnapshotFilter = {}): Promise<readonly contract.DatedSnapshot[]> {
    const all = (await this.#lookup.all()).filter(({ record }) => matches(record, filter));
    return all.map(({ record, madeMs }) => ({ record, madeMs }));
  }

  async catalog(filter: contract.CatalogFilter = {}): Promise<readonly contract.CatalogEntry[]> {
    await this.#lookup.all();
    return await backupCatalog(this.#context, filter);
  }

  async snapshot(reference: string, filter?: contract.SnapshotFilter): Promise<SnapshotRecord> {
    return (await this.#lookup.resolve(reference, filter)).record;
  }

  async damaged(filter: Pick<contract.SnapshotFilter, 'tenant'> = {}): Promise<readonly contract.EntryProblem[]> {
    return await this.#lookup.damaged(filter.tenant);
  }

  async *entries(
    snapshot: string,
    options?: contract.EntriesOptions,
  ): AsyncGenerator<contract.EntryView, void, undefined> {
    yield* listEntries(await this.#lookup.one(snapshot), options);
  }

  async *read(snapshot: string, options: contract.ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const from = await this.#lookup.one(snapshot, options.filter);
    try {
      yield* readFile(from, options, this.#context.performance.readers);
    } catch (error) {
      throw goneError(from, error) ?? error;
    }
  }

  async *contents(
    snapshot: string,
    options: contract.ContentsOptions = {},
  ): AsyncGenerator<contract.SnapshotEntry, void, undefined> {
    const from = await this.#lookup.one(snapshot);
    try {
      yield* listContents(from, options, this.#context.performance.readers);
    } catch (error) {
      throw goneError(from, error) ?? error;
    }
  }

  async *find(options: contract.FindOptions): AsyncGenerator<contract.FoundEntry, void, undefined> {
    const all =
      options.snapshot === undefined ? await this.#lookup.all() : [await this.#lookup.one(options.snapshot, options)];
    for (const tenant of new Set(all.map((each) => each.tenant)))
      await abortable(options.signal, async () => await tenant.view.loadIndex(options.signal));
    yield* findEntries(all, options);
  }

  async *diff(
    before: string,
    after: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<contract.Difference, void, undefined> {
    yield* diffSnapshots(await this.#lookup.one(before), await this.#lookup.one(after), options.signal);
  }

  async *diffLive(
    snapshot: string,
    options: contract.LiveDiffOptions = {},
  ): AsyncGenerator<contract.Difference, void, undefined> {
    yield* diffLive(this.#context, await this.#lookup.one(snapshot, options.filter), options);
  }

  async planRestore(options: contract.RestoreOptions): Promise<contract.RestorePlan> {
    const from = await this.#lookup.one(options.snapshot, options.filter);
    return await abortable(options.signal, async () => await planRestore(this.#context, from, options));
  }

  async restore(options: contract.RestoreOptions): Promise<contract.RestoreResult> {
    const from = await this.#lookup.one(options.snapshot, options.filter);
    return await abortable(options.signal, async () => await restore(this.#context, from, options));
  }

  async restoreSafely(options: contract.SafeRestoreOptions): Promise<contract.SafeRestoreResult> {
    const from = await this.#lookup.one(options.snapshot, options.filter);
    const parts = {
      context: this.#context,
      from,
      backup: async (what: contract.BackupOptions) => await this.backup(what),
      find: async (snapshot: string) => await this.#lookup.one(snapshot),
    };
    return await abortable(options.signal, async () => await restoreSafely(parts, options));
  }

  async unfinishedRestores(): Promise<readonly contract.UnfinishedRestore[]> {
    this.#check();
    return (await new RestoreJournal(this.#context.cacheFolder).unfinished()).map(unfinishedOf);
  }

  async rollBack(unfinished: string): Promise<contract.RollbackResult> {
    this.#check();
    const find = async (snapshot: string): Promise<TenantSnapshot> => await this.#lookup.one(snapshot);
    return await rollBackUnfinished({ context: this.#context, find }, unfinished);
  }

  async verify(options: contract.VerifyOptions = {}): Promise<contract.VerifyReport> {
    const only = options.snapshot === undefined ? undefined : await this.#lookup.one(options.snapshot, options);
    if (only === undefined) await this.#context.refresh();
    if (options.tenant !== undefined) await this.#context.tenant(options.tenant);
    return await abortable(options.signal, async () => await verify(this.#context, only, options));
  }

  async recordCheck(snapshot: string, check: SnapshotCheck): Promise<void> {
    const { record, tenant } = await this.#lookup.resolve(snapshot);
    const there = new Set(tenant.view.snapshots.map((each) => each.record.id));
    const checks = await SnapshotChecks.read(this.#context, tenant.tenant);
    await checks.add(new Map([[record.id, check]]), (id) => there.has(id));
  }

  async forget(options: contract.ForgetOptions): Promise<contract.ForgetResult> {
    const all = await this.#lookup.all();
    const result = await withReserve(this.#opened.sealed.store, async () => await forget(this.#context, all, options));
    await this.#context.refresh();
    return result;
  }

  async planPrune(options: contract.PruneOptions = {}): Promise<contract.PrunePlan> {
    await this.#lookup.all();
    return await abortable(options.signal, async () => await planPrune(this.#context, options));
  }

  async prune(options: contract.PruneOptions = {}): Promise<contract.PruneResult> {
    await this.#lookup.all();
    const result = await abortable(options.signal, async () => await prune(this.#context, options));
    await this.#context.refresh();
    return result;
  }

  async stats(): Promise<contract.RepositoryStats> {
    await this.#lookup.all();
    for (const { view } of this.#context.tenants()) await view.loadIndex();
    return await repositoryStats(this.#context);
  }

  async repair(options: contract.RepairOptions = {}): Promise<contract.RepairResult> {
    await this.#lookup.all();
    const result = await abortable(options.signal, async () => await repair(this.#context, options));
    await this.#context.refresh();
    return result;
  }

  async rebuildIndex(options: contract.RunOptions = {}): Promise<{ packs: number; blobs: number }> {
    await this.#lookup.all();
    return await abortable(options.signal, async () => await rebuildIndex(this.#context, options));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#context.early.close();
    const { sealed, ring } = this.#opened;
    await sealed.store.close();
    if (ring !== sealed) await ring.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** When what was read has gone because its snapshot was forgotten: the error that says so. */
function goneError({ tenant, record }: TenantSnapshot, error: unknown): BackupError | undefined {
  const isGone = isBackupError(error, 'OBJECT_MISSING') || isBackupError(error, 'BLOB_MISSING');
  return isGone ? forgottenError(tenant, record.id) : undefined;
}
