import type { ErasedTenant, KeyringRecord } from '../keyring/keyring-record.ts';
import { tenantId, type TenantRecord } from '../keyring/tenant.ts';
import { tenantMissing } from '../keyring/tenant-missing.ts';
import { wantedName } from '../keyring/tenant-name.ts';
import type { TenantInfo } from '../repository/tenants-contract.ts';

/** All tenants as they are shown. */
export function listTenants({ tenants, erased = [] }: KeyringRecord): readonly TenantInfo[] {
  return [...tenants.map((each) => presentInfo(each, tenants)), ...erased.map(erasedInfo)];
}

/** One of them; of several that had the name, the one that is there, or was there last. @throws {BackupError} `TENANT_NOT_FOUND`. */
export function showTenant(record: KeyringRecord, name: string): TenantInfo {
  const named = listTenants(record).filter((each) => each.name === wantedName(name));
  const found = named.find(({ status }) => status !== 'erased') ?? named.at(-1);
  if (found === undefined) throw tenantMissing(record, name);
  return found;
}

function presentInfo(tenant: TenantRecord, all: readonly TenantRecord[]): TenantInfo {
  const { name, label, createdAt, quotaBytes, retention, hold, erasing } = tenant;
  const sharesWith = all.filter((each) => each !== tenant && each.label === label).map((each) => each.name);
  const status = erasing !== undefined ? 'erasing' : hold !== undefined ? 'held' : 'active';
  return {
    name,
    id: tenantId(tenant),
    createdAt,
    status,
    quotaBytes,
    retention,
    hold,
    sharesWith,
    erasedAt: erasing?.at,
  };
}

function erasedInfo({ name, label, id, createdAt, at }: ErasedTenant): TenantInfo {
  return { name, id: tenantId({ id, label }), createdAt, status: 'erased', sharesWith: [], erasedAt: at };
}
