import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import { RootObjects } from '../identity/root-objects.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { tenantMissing } from '../keyring/tenant-missing.ts';
import { wantedName } from '../keyring/tenant-name.ts';
import { BlobReader } from '../pack/blob-reader.ts';
import { type Clock, systemClock } from '../run/clock.ts';
import type { OpenTenant, Performance, RunContext } from '../run/context.ts';
import { BackupTurns } from '../run/backup-turns.ts';
import { SharedRun } from '../run/shared-run.ts';
import { Turns } from '../run/turns.ts';
import { headsOf, missingSnapshots, snapshotMissing } from '../session/chain.ts';
import { TenantView } from '../session/tenant-view.ts';
import { type EarlyThreads, sharedThreads } from '../threads/early-threads.ts';
import type { ThreadOptions } from '../threads/thread.ts';
import type { RepositoryEvent, RepositorySettings } from './contract.ts';
import { Pins } from './pin.ts';
import { defaultCacheDirectory, defaultHost, performanceOf } from './settings.ts';

/** {@link RunContext} of an open repository: tenants are opened when they are first asked for, and stay. */
export class OpenContext implements RunContext {
  readonly sealed: SealedStore;
  readonly ring: SealedStore;
  readonly config: RepositoryConfig;
  readonly keyring: Keyring;
  readonly performance: Performance;
  readonly threads: ThreadOptions;
  readonly early: EarlyThreads;
  readonly turns: BackupTurns;
  readonly sealers: Turns;
  readonly host: string;
  readonly clock: Clock;
  readonly cacheFolder: string;
  readonly pins: Pins;
  readonly #onEvent: RepositorySettings['onEvent'];
  readonly #tenants = new Map<string, OpenTenant>();
  #isClosed = false;
  readonly #loading = new SharedRun(async () => {
    await this.keyring.load();
    await this.#takeKeys();
  });
  /** The keyring that was last compared with what this machine remembers. */
  #compared: Pick<Keyring, 'number' | 'rootKey'> | undefined;

  constructor(
    opened: { sealed: SealedStore; ring: SealedStore; config: RepositoryConfig; keyring: Keyring },
    settings: RepositorySettings,
  ) {
    this.sealed = opened.sealed;
    this.ring = opened.ring;
    this.config = opened.config;
    this.keyring = opened.keyring;
    this.performance = performanceOf(settings.performance);
    const { backups, workers } = this.performance;
    this.turns = new BackupTurns(backups);
    this.sealers = new Turns(backups * workers);
    this.early = sharedThreads(settings.workerEntry);
    this.threads = { entry: settings.workerEntry, early: this.early };
    this.host = settings.host ?? defaultHost();
    this.clock = settings.clock ?? systemClock;
    this.cacheFolder = join(settings.cacheDirectory ?? defaultCacheDirectory(), cacheName(opened.config.repositoryId));
    this.pins = new Pins(this.cacheFolder);
    this.#onEvent = settings.onEvent;
  }

  /** @throws {BackupError} `CLOSED`. */
  requireOpen(): void {
    if (this.#isClosed) throw new BackupError('CLOSED', 'Expected an open repository, got one that was closed');
  }

  /** @returns Whether it was open until now. */
  close(): boolean {
    const wasOpen = !this.#isClosed;
    this.#isClosed = true;
    return wasOpen;
  }

  get rootObjects(): RootObjects {
    const { rootKey, record } = this.keyring;
    return new RootObjects(this.sealed, rootKey, { config: record.config === undefined, ring: this.ring });
  }

  /** Reads the keyring anew: somebody may have rotated keys or added tenants, here or elsewhere. */
  async loadKeys(): Promise<void> {
    await this.#loading.run();
  }

  async #takeKeys(): Promise<void> {
    await this.pins.check(this.config, this.keyring);
    const { number, rootKey } = this.keyring;
    this.#compared = { number, rootKey };
    // Keys of a tenant that was erased are not to stay in memory.
    for (const name of this.#tenants.keys()) if (this.keyring.find(name) === undefined) this.#tenants.delete(name);
  }

  async requireThere({ id, name }: Tenant): Promise<void> {
    await this.keyring.load();
    const { number, rootKey } = this.keyring;
    // Most often it is what was compared with this machine's memory when the backup was begun.
    if (number !== this.#compared?.number || rootKey !== this.#compared.rootKey) await this.#takeKeys();
    if (!this.keyring.tenants.some((each) => each.id === id)) throw tenantMissing(this.keyring.record, name);
  }

  seen(label: string): readonly string[] {
    return this.pins.heads(label);
  }

  tenants(): OpenTenant[] {
    return this.keyring.domains.map(({ name }) => this.#open(name));
  }

  async tenant(name: string, create = false): Promise<OpenTenant> {
    if (this.keyring.find(name) === undefined) {
      if (!create) throw tenantMissing(this.keyring.record, name);
      await this.keyring.findOrAdd(name, new Date(this.clock()).toISOString());
    }
    return this.#open(wantedName(name));
  }

  #open(name: string): OpenTenant {
    const known = this.#tenants.get(name);
    const tenant = this.keyring.find(name);
    // With other keys it is another one: nothing new is to be sealed with those from before a rotation.
    if (known !== undefined && known.tenant.keyId === tenant?.keyId && known.tenant.id === tenant.id) return known;
    if (tenant === undefined) throw tenantMissing(this.keyring.record, name);
    const open = this.#tenantOf(tenant);
    this.#tenants.set(name, open);
    return open;
  }

  #tenantOf(tenant: Tenant): OpenTenant {
    const open = this.apart(tenant);
    const { view } = open;
    const { cacheBytes } = this.performance;
    const reload = async (): Promise<void> => await view.reload();
    return {
      ...open,
      reload,
      blobs: new BlobReader(this.sealed, tenant, { index: () => view.index, cacheBytes, reload }),
    };
  }

  apart(tenant: Tenant): OpenTenant {
    const view = new TenantView(this.sealed, tenant);
    const { cacheBytes } = this.performance;
    return { tenant, view, blobs: new BlobReader(this.sealed, tenant, { index: () => view.index, cacheBytes }) };
  }

  /** Reads what is new of all tenants, and compares it with what this machine has seen. */
  async refresh(): Promise<void> {
    await this.loadKeys();
    for (const each of this.tenants()) await this.#look(each);
  }

  /** The same of one tenant, by the keys that are at hand: of many that are backed up, none has to look at all others. */
  async refreshOne(name: string): Promise<void> {
    await this.#look(this.#open(wantedName(name)));
  }

  async #look({ tenant, view }: OpenTenant): Promise<void> {
    await view.loadSnapshots();
    await this.pins.checkRound(tenant.label, view.epochs.decided);
    await this.pins.setHeads(tenant.label, headsOf(view, missingSnapshots(view, this.seen(tenant.label))));
  }

  /**
   * A tenant with all packs there are, also those that no readable commit names: what was lost with a commit may be
   * in them. For reading only: a backup must not rely on them.
   */
  async withStrays({ tenant }: OpenTenant): Promise<OpenTenant> {
    const open = this.apart(tenant);
    await open.view.loadSnapshots();
    await open.view.loadIndex();
    await open.view.loadStrays();
    return open;
  }

  /** Snapshots that were taken away, and commits that can't be read; of one tenant if it is named. */
  lost(only?: string): BackupError[] {
    return this.#named(only).flatMap(({ tenant, view }) => [
      ...missingSnapshots(view, this.seen(tenant.label)).map((id) => snapshotMissing(id, tenant.name)),
      ...view.damaged,
    ]);
  }

  /** Index segments that can't be read; of one tenant if it is named. */
  segmentErrors(only?: string): BackupError[] {
    return this.#named(only).flatMap(({ view }) => [...view.segmentErrors.values()]);
  }

  #named(only: string | undefined): OpenTenant[] {
    const label = only === undefined ? undefined : this.keyring.find(only)?.label;
    return this.tenants().filter(({ tenant }) => only === undefined || tenant.label === label);
  }

  emit(name: RepositoryEvent['name'], details: RepositoryEvent['details']): void {
    this.#onEvent?.({ name, at: this.clock(), details });
  }
}

const cacheName = (repositoryId: string): string =>
  createHash('sha256').update(`holdfast/cache/${repositoryId}`).digest('hex').slice(0, 32);
