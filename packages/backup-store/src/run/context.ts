import type { SealedStore } from '../envelope/sealed-store.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import type { RootObjects } from '../identity/root-objects.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Tenant } from '../keyring/tenant.ts';
import type { BlobReader } from '../pack/blob-reader.ts';
import type { RepositoryEvent } from '../repository/contract.ts';
import type { TenantView } from '../session/tenant-view.ts';
import type { ThreadOptions } from '../threads/thread.ts';
import type { Clock } from './clock.ts';
import type { Turns } from './turns.ts';

/** Settings of speed and memory with every default filled in. */
export interface Performance {
  readonly readers: number;
  readonly workers: number;
  readonly backups: number;
  readonly bufferBytes: number;
  readonly cacheBytes: number;
}

/** A tenant with what is loaded of it. */
export interface OpenTenant {
  readonly tenant: Tenant;
  readonly view: TenantView;
  readonly blobs: BlobReader;
  /** Reads snapshots and index anew, for whoever finds an object gone: what is still needed may have been moved. */
  readonly reload?: (() => Promise<void>) | undefined;
}

/** What every use case works with: an open repository, seen from inside. */
export interface RunContext {
  readonly sealed: SealedStore;
  /** Where the keyring is: `sealed`, or the key store. */
  readonly ring: SealedStore;
  readonly config: RepositoryConfig;
  readonly keyring: Keyring;
  /** With the root key in force. */
  readonly rootObjects: RootObjects;
  readonly performance: Performance;
  readonly threads: ThreadOptions;
  /** Turns of the sealing threads of all backups: who ends leaves them, one by one, to who begins. */
  readonly sealers: Turns;
  readonly host: string;
  readonly clock: Clock;
  /** Folder of this repository in the user's cache. */
  readonly cacheFolder: string;
  /** Ids of the newest snapshots of a tenant that this machine has seen, by the tenant's label. */
  seen(label: string): readonly string[];
  /** One tenant of each dedup domain, opened. */
  tenants(): OpenTenant[];
  /** A tenant with a view of its own, in which nothing changes by itself. */
  apart(tenant: Tenant): OpenTenant;
  /** Opens a tenant, making it if `create`. */
  tenant(name: string, create?: boolean): Promise<OpenTenant>;
  /**
   * Reads the keyring anew: a session looks whether its tenant is still there once it has shown itself.
   *
   * @throws {BackupError} `TENANT_ERASED` when somebody is erasing the tenant, or has.
   */
  requireThere(tenant: Tenant): Promise<void>;
  emit(name: RepositoryEvent['name'], details: RepositoryEvent['details']): void;
}
