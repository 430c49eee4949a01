import type { PublicKey } from '@x/integrity';

import type {
  DeclaredDestinations,
  EraseTenantOptions,
  TenantAct,
  TenantErasure,
  TenantErasurePlan,
} from './erasure-contract.ts';

/**
 * A retention policy as data, in the shape of `RetentionPolicy` of `@x/retention`: stored for whoever plans, and not looked into here.
 * At most 16 KiB as JSON.
 */
export type StoredPolicy = Readonly<Record<string, unknown>>;

/** What is kept of a tenant beside its snapshots. Every change is a new record of the keyring, sealed with the root key. */
export interface TenantSettings {
  /** Most bytes of packs, as stored, that the tenant's dedup domain may have. Absent: no limit. */
  readonly quotaBytes?: number | undefined;
  /** What `holdfast backup forget` keeps when no policy is named. */
  readonly retention?: StoredPolicy | undefined;
}

/** What is to change of the settings; `null` takes one away, what is left out stays. */
export interface TenantChange {
  readonly quotaBytes?: number | null | undefined;
  readonly retention?: StoredPolicy | null | undefined;
}

/** Options of {@link RepositoryTenants.add}. */
export interface AddTenantOptions extends TenantSettings {
  /**
   * Another tenant, whose keys and dedup domain the new one has, too: what both have is stored once, and whoever reads the packs of
   * one reads those of the other. Default: keys and a domain of its own.
   */
  readonly sharesWith?: string | undefined;
}

/** A legal hold: nothing of the tenant may go until it is released. */
export interface TenantHold {
  readonly reason: string;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What is known of a tenant. */
export interface TenantInfo extends TenantSettings {
  readonly name: string;
  /** 16 hex digits, random; stands in records of snapshots as `tenant.id`. */
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** `erasing`: an erasure was begun and has to be gone on with; `erased`: only this entry is left. */
  readonly status: 'active' | 'held' | 'erasing' | 'erased';
  readonly hold?: TenantHold | undefined;
  /** Names of the tenants that have the same keys and dedup domain. */
  readonly sharesWith: readonly string[];
  /** ISO 8601: when it was erased, or the erasure was begun. */
  readonly erasedAt?: string | undefined;
}

/** The tenants of a repository. */
export interface RepositoryTenants {
  /** Those that are there, then those that were erased, each in the order in which they were made. */
  list(): Promise<readonly TenantInfo[]>;
  /** @throws {BackupError} `TENANT_NOT_FOUND`. One that was erased is shown, too. */
  show(name: string): Promise<TenantInfo>;
  /**
   * Makes a tenant with random keys. From then on no backup makes one by itself: a name with a typing error would be another tenant.
   *
   * @throws {BackupError} `TENANT_EXISTS`, `INVALID_OPTION`, `TENANT_NOT_FOUND` (`sharesWith`).
   */
  add(name: string, options?: AddTenantOptions): Promise<TenantInfo>;
  /** Changes settings. @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_ERASED`, `INVALID_OPTION`. */
  change(name: string, change: TenantChange): Promise<TenantInfo>;
  /**
   * Places a legal hold: until it is released, none of the tenant's snapshots is forgotten, nothing of it is pruned, and it is not
   * erased. A second one takes the place of the first.
   *
   * @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_ERASED` (an erasure that was begun is not ended by a hold), `INVALID_OPTION`.
   */
  hold(name: string, act: TenantAct): Promise<TenantInfo>;
  /** Releases a legal hold. @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_ERASED`, `INVALID_OPTION` (none was placed). */
  release(name: string, act: TenantAct): Promise<TenantInfo>;
  /** What {@link RepositoryTenants.erase} would do. Changes nothing. @throws {BackupError} as that. */
  planErase(
    name: string,
    options?: { readonly destinations?: DeclaredDestinations | undefined },
  ): Promise<TenantErasurePlan>;
  /**
   * Erases a tenant: ends its open backups, destroys its keys in all records of the keyring and their copies, and certifies what may be
   * left where. Can't be undone. What was ended in between is gone on with by the next call; for a tenant that was erased, the
   * certificate is made again. The space is freed by the next prune.
   *
   * @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_HELD`, `INVALID_OPTION`, `KEYS_BUSY`, `OBJECT_INVALID` (keys could not be overwritten).
   */
  erase(name: string, options: EraseTenantOptions): Promise<TenantErasure>;
  /** Verifies the certificates that are signed with the key that follows from the root key; another one after each rotation of that. */
  certificateKey(): Promise<PublicKey>;
}
