import { backup } from '../backup/backup.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import { FORMAT_VERSION } from '../envelope/header.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { OwnKey } from '../keyring/open-keyring.ts';
import { typeName } from '../keyring/slots.ts';
import { countingSlots } from '../keys/change-keys.ts';
import { OpenKeys } from '../keys/repository-keys.ts';
import { rebuildIndex } from '../verify/rebuild-index.ts';
import { restoreCopies } from '../verify/restore-copies.ts';
import { verify } from '../verify/verify.ts';
import { abortable } from '../run/abort.ts';
import { planPrune, prune } from '../prune/prune.ts';
import { withReserve } from '../prune/reserve.ts';
import { repair } from '../repair/repair.ts';
import { forgottenError } from '../restore/forgotten.ts';
import { planRestore, restore } from '../restore/restore.ts';
import { diffSnapshots } from '../snapshots/diff.ts';
import { listContents } from '../snapshots/contents.ts';
import { listEntries } from '../snapshots/entries.ts';
import { findEntries } from '../snapshots/find.ts';
import { readFile } from '../snapshots/read.ts';
import { forget } from '../snapshots/forget.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { lostSnapshot, matches, resolveSnapshot, type TenantSnapshot } from '../snapshots/resolve.ts';
import { repositoryStats } from '../snapshots/stats.ts';
import { missingSnapshots } from '../session/chain.ts';
import type * as contract from './contract.ts';
import { OpenContext } from './open-context.ts';

/** What opening or creating a repository comes to. */
export interface Opened {
  readonly sealed: SealedStore;
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
  readonly #opened: Opened;
  readonly #context: OpenContext;
  #closed = false;

  constructor(opened: Opened, settings: contract.RepositorySettings) {
    this.#opened = opened;
    this.id = opened.config.repositoryId;
    this.encrypted = opened.config.encrypted;
    this.#context = new OpenContext(opened, settings);
    const { sealed, keyring, config, own } = opened;
    const context = this.#context;
    this.keys = new OpenKeys({
      sealed,
      keyring,
      config,
      own,
      clock: context.clock,
      load: async () => await this.#loadKeys(),
      emit: (name, details) => context.emit(name, details),
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
    const { sealed, config, keyring } = this.#opened;
    const slots = await countingSlots({ sealed, keyring });
    return {
      id: this.id,
      url: sealed.store.url,
      formatVersion: FORMAT_VERSION,
      encrypted: this.encrypted,
      createdAt: config.createdAt,
      encryption: this.encrypted ? 'AES-256-GCM' : 'none',
      tenants: keyring.tenants.map(({ name }) => name),
      slots: slots.map(({ id, type }) => ({ id, type: typeName(type) })),
    };
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
    if (options.dryRun !== true) await restoreCopies(this.#context).catch(() => undefined);
    await this.#context.refresh().catch(() => undefined);
    return result;
  }

  async #backup(options: contract.BackupOptions): Promise<contract.BackupResult> {
    const { early, turns } = this.#context;
    // Threads of those that are at work go over to those that wait.
    const end = early.begin();
    try {
      return await abortable(options.signal, async () => {
        const over = await turns.take(options.signal);
        try {
          early.start('scan');
          return await backup(this.#context, options);
        } finally {
          over();
        }
      });
    } finally {
      end();
    }
  }

  async #all(): Promise<TenantSnapshot[]> {
    this.#check();
    await this.#context.refresh();
    return this.#context
      .tenants()
      .flatMap((tenant) => tenant.view.snapshots.map(({ record, madeMs }) => ({ tenant, record, madeMs })))
      .toSorted((a, b) => a.madeMs - b.madeMs);
  }

  async #resolve(reference: string, filter?: contract.SnapshotFilter): Promise<TenantSnapshot> {
    const all = await this.#all();
    const damaged = this.#context.tenants().flatMap(({ view }) => view.damaged);
    const lost = lostSnapshot([...this.#context.missing(), ...damaged], all, reference);
    if (lost !== undefined) throw lost;
    return resolveSnapshot(all, reference, filter);
  }

  async #one(reference: string, filter?: contract.SnapshotFilter): Promise<TenantSnapshot> {
    const found = await this.#resolve(reference, filter);
    const { tenant, view } = found.tenant;
    const lost = view.damaged.length + missingSnapshots(view, this.#context.seen(tenant.label)).length;
    if (lost > 0) return { ...found, tenant: await this.#context.withStrays(found.tenant) };
    await view.loadIndex();
    return found;
  }

  async snapshots(filter: contract.SnapshotFilter = {}): Promise<readonly SnapshotRecord[]> {
    return (await this.#all()).map(({ record }) => record).filter((record) => matches(record, filter));
  }

  async timeline(filter: contract.SnapshotFilter = {}): Promise<readonly contract.DatedSnapshot[]> {
    const all = (await this.#all()).filter(({ record }) => matches(record, filter));
    return all.map(({ record, madeMs }) => ({ record, madeMs }));
  }

  async snapshot(reference: string, filter?: contract.SnapshotFilter): Promise<SnapshotRecord> {
    return (await this.#resolve(reference, filter)).record;
  }

  async damaged(): Promise<readonly contract.EntryProblem[]> {
    await this.#all();
    const unreadable = this.#context.tenants().flatMap(({ view }) => [...view.damaged, ...view.segmentErrors.values()]);
    const errors = [...this.#context.missing(), ...unreadable];
    return errors.map((error) => ({
      path: error.object ?? '',
      code: error.code,
      message: error.message,
      ...(error.object === undefined ? {} : { object: error.object }),
    }));
  }

  async *entries(
    snapshot: string,
    options?: contract.EntriesOptions,
  ): AsyncGenerator<contract.EntryView, void, undefined> {
    yield* listEntries(await this.#one(snapshot), options);
  }

  async *read(snapshot: string, options: contract.ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const from = await this.#one(snapshot, options.filter);
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
    const from = await this.#one(snapshot);
    try {
      yield* listContents(from, options, this.#context.performance.readers);
    } catch (error) {
      throw goneError(from, error) ?? error;
    }
  }

  async *find(options: contract.FindOptions): AsyncGenerator<contract.FoundEntry, void, undefined> {
    const all = options.snapshot === undefined ? await this.#all() : [await this.#one(options.snapshot, options)];
    for (const tenant of new Set(all.map((each) => each.tenant)))
      await abortable(options.signal, async () => await tenant.view.loadIndex(options.signal));
    yield* findEntries(all, options);
  }

  async *diff(
    before: string,
    after: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<contract.Difference, void, undefined> {
    yield* diffSnapshots(await this.#one(before), await this.#one(after), options.signal);
  }

  async planRestore(options: contract.RestoreOptions): Promise<contract.RestorePlan> {
    const from = await this.#one(options.snapshot, options.filter);
    return await abortable(options.signal, async () => await planRestore(this.#context, from, options));
  }

  async restore(options: contract.RestoreOptions): Promise<contract.RestoreResult> {
    const from = await this.#one(options.snapshot, options.filter);
    return await abortable(options.signal, async () => await restore(this.#context, from, options));
  }

  async verify(options: contract.VerifyOptions = {}): Promise<contract.VerifyReport> {
    const only = options.snapshot === undefined ? undefined : await this.#one(options.snapshot);
    if (only === undefined) await this.#context.refresh();
    return await abortable(options.signal, async () => await verify(this.#context, only, options));
  }

  async forget(options: contract.ForgetOptions): Promise<contract.ForgetResult> {
    const all = await this.#all();
    const result = await withReserve(this.#opened.sealed.store, async () => await forget(this.#context, all, options));
    await this.#context.refresh();
    return result;
  }

  async planPrune(options: contract.PruneOptions = {}): Promise<contract.PrunePlan> {
    await this.#all();
    return await abortable(options.signal, async () => await planPrune(this.#context, options));
  }

  async prune(options: contract.PruneOptions = {}): Promise<contract.PruneResult> {
    await this.#all();
    const result = await abortable(options.signal, async () => await prune(this.#context, options));
    await this.#context.refresh();
    return result;
  }

  async stats(): Promise<contract.RepositoryStats> {
    await this.#all();
    for (const { view } of this.#context.tenants()) await view.loadIndex();
    return await repositoryStats(this.#context);
  }

  async repair(options: contract.RepairOptions = {}): Promise<contract.RepairResult> {
    await this.#all();
    const result = await abortable(options.signal, async () => await repair(this.#context, options));
    await this.#context.refresh();
    return result;
  }

  async rebuildIndex(options: contract.RunOptions = {}): Promise<{ packs: number; blobs: number }> {
    await this.#all();
    return await abortable(options.signal, async () => await rebuildIndex(this.#context, options));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#context.early.close();
    await this.#opened.sealed.store.close();
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
