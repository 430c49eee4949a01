import { listAll } from '@x/storage';

import type { RepositoryStats, TenantStats } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import type { SnapshotRecord } from './record.ts';

/** Sizes and counts, per tenant. */
export async function repositoryStats(context: RunContext): Promise<RepositoryStats> {
  let objects = 0;
  let bytesStored = 0;
  for await (const { size } of listAll(context.sealed.store, '')) {
    objects++;
    bytesStored += size;
  }
  const tenants = context.keyring.tenants.flatMap((tenant) => {
    const open = context.tenants().find((each) => each.tenant.label === tenant.label);
    return open === undefined ? [] : [tenantStats({ ...open, tenant })];
  });
  return { tenants, objects, bytesStored };
}

/** What a checkpoint did not read counts for nothing. */
const contentBytes = ({ bytes, sources }: SnapshotRecord): number =>
  sources.reduce((left, { absent }) => left - (absent?.bytes ?? 0), bytes.total);

const ratio = (a: number, b: number): number => (b === 0 ? 1 : a / b);

/** Sizes and counts of one tenant, whose index was loaded. */
export function tenantStats({ tenant, view }: OpenTenant): TenantStats {
  const { index } = view;
  const snapshots = view.snapshots.filter(({ record }) => record.tenant.id === tenant.id);
  const bytesReferenced = snapshots.reduce((sum, { record }) => sum + contentBytes(record), 0);
  const bytesPacked = index.packs.reduce((sum, pack) => sum + pack.size, 0);
  const bytesUnique = index.dataBytes();
  return {
    tenant: tenant.name,
    snapshots: snapshots.length,
    bytesReferenced,
    blobs: index.distinct,
    packs: index.packs.length,
    bytesUnique,
    bytesPacked,
    dedupRatio: ratio(bytesReferenced, bytesUnique),
    compressionRatio: ratio(bytesUnique, bytesPacked),
  };
}
