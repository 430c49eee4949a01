import type { ObjectStore } from '@x/storage';
import { backup } from '../backup/backup.ts';
import { BackupError } from '../errors.ts';
import { OpenJournal } from '../journal/open-journal.ts';
import { tenantName } from '../keyring/tenant-name.ts';
import { OpenKeys } from '../keys/repository-keys.ts';
import { rebuildIndex } from '../verify/rebuild-index.ts';
import { restoreCopies } from '../verify/restore-copies.ts';
import { verify } from '../verify/verify.ts';
import { abortable } from '../run/abort.ts';
import { planPrune, prune } from '../prune/prune.ts';
import { withReserve } from '../prune/reserve.ts';
import { repair } from '../repair/repair.ts';
import { planRestore, restore } from '../restore/restore.ts';
import { RestoreJournal, unfinishedOf } from '../safe-restore/journal.ts';
import { restoreInto } from '../safe-restore/restore-into.ts';
import { restoreSafely } from '../safe-restore/restore-safely.ts';
import { rollBackUnfinished } from '../safe-restore/unfinished.ts';
import { ServiceNotes } from '../service/notes.ts';
import { RestoreClaims } from '../safe-restore/claims.ts';
import { startServices } from '../safe-restore/start-services.ts';
import { SnapshotChecks } from '../snapshots/checks.ts';
import type { SnapshotCheck } from '../snapshots/facts.ts';
import { forget } from '../snapshots/forget.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import { repositoryStats } from '../snapshots/stats.ts';
import { OpenTenants } from '../tenants/open-tenants.ts';
import { OpenTenantHandle } from '../tenants/tenant-handle.ts';
import type * as contract from './contract.ts';
import { OpenContext } from './open-context.ts';
import type { Opened } from './opened.ts';
import { OpenSnapshots } from './open-snapshots.ts';
import { repositoryInfo } from './repository-info.ts';
import { SnapshotLookup } from './snapshot-lookup.ts';
import type { TenantHandle } from './tenant-contract.ts';

/** {@link contract.Repository}: ties the use cases together; each of them has a folder of its own. */
export class OpenRepository extends OpenSnapshots implements contract.Repository {
  readonly id: string;
  readonly store: ObjectStore;
  readonly encrypted: boolean;
  readonly keys: OpenKeys;
  readonly journal: OpenJournal;
  readonly tenants: OpenTenants;
  readonly #opened: Opened;
  readonly #context: OpenContext;
  readonly #lookup: SnapshotLookup;

  constructor(opened: Opened, settings: contract.RepositorySettings) {
    const context = new OpenContext(opened, settings);
    super(context);
    this.#opened = opened;
    this.#context = context;
    this.#lookup = new SnapshotLookup(context);
    this.id = opened.config.repositoryId;
    this.store = opened.sealed.store;
    this.encrypted = opened.config.encrypted;
    const { sealed, ring, keyring, config, own } = opened;
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
    this.#context.requireOpen();
    await this.#context.loadKeys();
  }

  async info(): Promise<contract.RepositoryInfo> {
    this.#context.requireOpen();
    return await repositoryInfo(this.#opened);
  }

  async addPassphrase(passphrase: string): Promise<void> {
    this.#context.requireOpen();
    if (passphrase === '' || !this.encrypted) {
      throw new BackupError('INVALID_OPTION', 'Expected a passphrase that is not empty, for an encrypted repository');
    }
    await this.keys.add({ passphrase });
  }

  async backup(options: contract.BackupOptions): Promise<contract.BackupResult> {
    this.#context.requireOpen();
    // What is written from now on is to be sealed with the keys of now, however long ago this was opened.
    await this.#context.loadKeys();
    const result = await this.#backup(options);
    // The snapshot is there, whatever comes of this. What is wrong shows at the next look, or when it is verified.
    // Of many backups at once, the last one looks after the copies.
    if (options.dryRun !== true && this.#context.turns.isIdle)
      await restoreCopies(this.#context).catch(() => undefined);
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

  async restoreInto<Result>(options: contract.RestoreIntoOptions<Result>): Promise<contract.RestoreIntoResult<Result>> {
    const { record } = await this.#lookup.one(options.snapshot, options.filter);
    const parts = {
      context: this.#context,
      record,
      repository: this,
      backup: async (what: contract.BackupOptions) => await this.backup(what),
      find: async (snapshot: string) => (await this.#lookup.one(snapshot)).record,
    };
    return await abortable(options.signal, async () => await restoreInto(parts, options));
  }

  async unfinishedRestores({ tenant }: Pick<contract.SnapshotFilter, 'tenant'> = {}): Promise<
    readonly contract.UnfinishedRestore[]
  > {
    this.#context.requireOpen();
    const all = (await new RestoreJournal(this.#context.cacheFolder).unfinished()).map(unfinishedOf);
    return tenant === undefined ? all : all.filter((each) => each.tenant === tenant);
  }

  async rollBack(
    unfinished: string,
    at: contract.RollbackOptions & { readonly tenant?: string | undefined } = {},
  ): Promise<contract.RollbackResult> {
    this.#context.requireOpen();
    const find = async (snapshot: string): Promise<TenantSnapshot> => await this.#lookup.one(snapshot);
    return await rollBackUnfinished({ context: this.#context, find, repository: this }, unfinished, at);
  }

  async noteService(facts: contract.ServiceFacts): Promise<contract.NotedService> {
    this.#context.requireOpen();
    return await new ServiceNotes(this.#context).write(facts);
  }

  async stoppedServices({ tenant }: Pick<contract.SnapshotFilter, 'tenant'> = {}): Promise<
    readonly contract.StoppedService[]
  > {
    this.#context.requireOpen();
    const all = await new ServiceNotes(this.#context).left();
    return tenant === undefined ? all : all.filter((each) => each.tenant === tenant);
  }

  async startServices(
    start: (service: contract.StoppedService) => Promise<void>,
    options: contract.StartServicesOptions = {},
  ): Promise<readonly contract.StartedService[]> {
    const { cacheFolder } = this.#context;
    const journal = new RestoreJournal(cacheFolder);
    const parts = { notes: new ServiceNotes(this.#context), journal, claims: new RestoreClaims(cacheFolder) };
    return await startServices(parts, start, options);
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
    const needed = await new RestoreJournal(this.#context.cacheFolder).needed();
    const parts = { all, needed };
    const result = await withReserve(
      this.#opened.sealed.store,
      async () => await forget(this.#context, parts, options),
    );
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
    if (!this.#context.close()) return;
    const { sealed, ring } = this.#opened;
    await sealed.store.close();
    if (ring !== sealed) await ring.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
