import type { PublicKey } from '@x/integrity';

import { BackupError } from '../errors.ts';
import type { KeyringRecord } from '../keyring/keyring-record.ts';
import { newTenant, sharingTenant, type TenantRecord } from '../keyring/tenant.ts';
import { tenantName } from '../keyring/tenant-name.ts';
import type {
  DeclaredDestinations,
  EraseTenantOptions,
  TenantAct,
  TenantErasure,
  TenantErasurePlan,
} from '../repository/erasure-contract.ts';
import type { RepositoryEvent, TenantStats } from '../repository/contract.ts';
import type { AddTenantOptions, RepositoryTenants, TenantChange, TenantInfo } from '../repository/tenants-contract.ts';
import type { RunContext } from '../run/context.ts';
import { tenantStats } from '../snapshots/stats.ts';
import { certificateKey } from './certificate.ts';
import { changeTenants, tenantIn, type TenantKeyring, withTenant } from './change-tenants.ts';
import { eraseTenant, planErasure } from './erase-tenant.ts';
import { listTenants, showTenant } from './list-tenants.ts';
import { changedSettings, checkedAct } from './tenant-settings.ts';

/** {@link RepositoryTenants} of an open repository. */
export class OpenTenants implements RepositoryTenants {
  readonly #context: RunContext;
  readonly #keys: TenantKeyring;

  constructor(context: RunContext, load: () => Promise<void>) {
    this.#context = context;
    this.#keys = { keyring: context.keyring, load };
  }

  async list(): Promise<readonly TenantInfo[]> {
    await this.#keys.load();
    return listTenants(this.#context.keyring.record);
  }

  async show(name: string): Promise<TenantInfo> {
    await this.#keys.load();
    return showTenant(this.#context.keyring.record, name);
  }

  /** Sizes and counts of one tenant. */
  async stats(name: string): Promise<TenantStats> {
    await this.#keys.load();
    const open = await this.#context.tenant(name);
    await open.view.loadSnapshots();
    await open.view.loadIndex();
    return tenantStats(open);
  }

  async add(text: string, options: AddTenantOptions = {}): Promise<TenantInfo> {
    const name = tenantName(text);
    const settings = changedSettings({}, options);
    const { sharesWith } = options;
    const createdAt = this.#now();
    const apart = newTenant(name, createdAt);
    const record = await changeTenants(this.#keys, (before) => {
      const isTaken = before.tenants.some((each) => each.name === name);
      if (isTaken) throw new BackupError('TENANT_EXISTS', `Expected a new name, got "${name}", which is a tenant's`);
      const made = sharesWith === undefined ? apart : sharingTenant(name, createdAt, tenantIn(before, sharesWith));
      return { ...before, addedByHand: true, tenants: [...before.tenants, { ...made, ...settings }] };
    });
    this.#emit('tenant.added', { tenant: name });
    return showTenant(record, name);
  }

  async change(name: string, change: TenantChange): Promise<TenantInfo> {
    const info = await this.#change(name, (tenant) => ({ ...tenant, ...changedSettings(tenant, change) }));
    this.#emit('tenant.changed', { tenant: info.name });
    return info;
  }

  async hold(name: string, act: TenantAct): Promise<TenantInfo> {
    const hold = { ...checkedAct(act), at: this.#now() };
    const info = await this.#change(name, (tenant) => ({ ...tenant, hold }));
    this.#emit('tenant.held', { tenant: info.name, by: hold.by, reason: hold.reason });
    return info;
  }

  async release(name: string, act: TenantAct): Promise<TenantInfo> {
    const { by, reason } = checkedAct(act);
    const info = await this.#change(name, ({ hold, ...tenant }) => {
      if (hold !== undefined) return tenant;
      throw new BackupError('INVALID_OPTION', `Expected a tenant under a legal hold, got "${tenant.name}"`);
    });
    this.#emit('tenant.released', { tenant: info.name, by, reason });
    return info;
  }

  async planErase(
    name: string,
    options: { readonly destinations?: DeclaredDestinations | undefined } = {},
  ): Promise<TenantErasurePlan> {
    return await planErasure(this.#context, this.#keys, { ...options, name });
  }

  async erase(name: string, options: EraseTenantOptions): Promise<TenantErasure> {
    return await eraseTenant(this.#context, this.#keys, { ...options, name });
  }

  async certificateKey(): Promise<PublicKey> {
    await this.#keys.load();
    return certificateKey(this.#context.keyring.rootKey).publicKey;
  }

  async #change(name: string, change: (tenant: TenantRecord) => TenantRecord): Promise<TenantInfo> {
    const record: KeyringRecord = await changeTenants(this.#keys, (before) =>
      withTenant(before, change(tenantIn(before, name))),
    );
    return showTenant(record, name);
  }

  #now(): string {
    return new Date(this.#context.clock()).toISOString();
  }

  #emit(name: RepositoryEvent['name'], details: RepositoryEvent['details']): void {
    this.#context.emit(name, details);
  }
}
