import type { ErasedTenant, KeyringRecord } from '../keyring/keyring-record.ts';
import { packsPrefix } from '../layout/names.ts';
import type { PruneOptions, TenantPrunePlan, TenantPruneResult } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import { deleteRemains, findRemains, type Remains } from './erased-remains.ts';
import { PAGE } from './page.ts';

const packsAmong = (label: string, { keys }: Remains): readonly string[] =>
  keys.filter((key) => key.startsWith(packsPrefix(label)));

/**
 * Erased tenants whose label nobody has any more: the last of those that have had one. However old the record is, nobody has come to such a
 * label since: new ones are random, and who shares takes the one of a tenant in the very record that his own replaces.
 */
function unused({ tenants, erased = [] }: KeyringRecord): readonly ErasedTenant[] {
  const used = new Set(tenants.map(({ label }) => label));
  const last = new Map(erased.map((each) => [each.label, each]));
  return [...last.values()].filter(({ label }) => !used.has(label));
}

/** What erased tenants have left. */
export async function planErased(context: RunContext, { tenant, signal }: PruneOptions): Promise<TenantPrunePlan[]> {
  const plans: TenantPrunePlan[] = [];
  for (const { label, name } of tenant === undefined ? unused(context.keyring.record) : []) {
    const remains = await findRemains(context, label, signal);
    if (remains.keys.length === 0) continue;
    const requests = {
      list: Math.ceil(remains.keys.length / PAGE) + 7,
      get: 0,
      create: 0,
      delete: remains.keys.length,
    };
    plans.push({
      tenant: name,
      epoch: 0,
      worthwhile: true,
      delete: packsAmong(label, remains).map((object) => ({
        object,
        bytes: remains.sizes.get(object) ?? 0,
        liveBytes: 0,
      })),
      repack: [],
      waitsFor: [],
      bytesFreed: remains.bytes,
      bytesUnused: 0,
      costs: { bytesRead: 0, bytesWritten: 0, requests },
    });
  }
  return plans;
}

/** Deletes what erased tenants have left, and goes on with an erasure that was ended before all keys were gone. */
export async function pruneErased(context: RunContext, { tenant, signal }: PruneOptions): Promise<TenantPruneResult[]> {
  const { erased = [] } = context.keyring.record;
  if (tenant !== undefined || erased.length === 0) return [];
  await context.keyring.destroyOlder();
  const results: TenantPruneResult[] = [];
  for (const { label, name } of unused(context.keyring.record)) {
    const remains = await findRemains(context, label, signal);
    if (remains.keys.length === 0) continue;
    await deleteRemains(context, label, { remains, signal });
    const packsDeleted = packsAmong(label, remains).length;
    const done = { epoch: 0, packsDeleted, bytesFreed: remains.bytes, bytesWritten: 0, sessionsFenced: 0 };
    results.push({ tenant: name, ...done, waitsFor: [] });
  }
  return results;
}
