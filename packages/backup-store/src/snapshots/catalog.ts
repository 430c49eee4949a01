import { wantedName } from '../keyring/tenant-name.ts';
import type { CatalogEntry, CatalogFilter } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import { compileGlob } from '../source/glob.ts';
import { SnapshotChecks } from './checks.ts';
import { factsOf, type SnapshotFacts } from './facts.ts';
import { matches } from './resolve.ts';
import { type Dated, forgottenRetention, retentionOf } from './retention.ts';

/**
 * Snapshots that a filter lets through, there and forgotten, oldest first. The views must have been loaded.
 *
 * @throws {BackupError} `INVALID_OPTION` for a pattern or a policy that is none.
 */
export async function backupCatalog(context: RunContext, filter: CatalogFilter): Promise<CatalogEntry[]> {
  const hasModule = moduleFilter(filter.module);
  const entries: CatalogEntry[] = [];
  for (const { tenant, view } of context.tenants()) {
    const checks = await SnapshotChecks.read(context, tenant);
    const there = view.snapshots.map(({ record, madeMs }) => factsOf(record, madeMs));
    for (const [facts, retention] of await withRetention(context, there, filter))
      entries.push({ ...facts, checks: checks.of(facts.id), retention });
    if (filter.forgotten === false) continue;
    for (const { facts, forgottenAt, checks: known } of view.remembered)
      entries.push({ ...facts, checks: known, retention: forgottenRetention(forgottenAt), forgottenAt });
  }
  return entries.filter((entry) => matches(entry, filter) && hasModule(entry)).toSorted((a, b) => a.madeMs - b.madeMs);
}

/** Until when each is kept. The snapshots of a dedup domain may belong to several tenants, each with a policy of its own. */
async function withRetention(
  { keyring, clock }: RunContext,
  there: readonly SnapshotFacts[],
  filter: CatalogFilter,
): Promise<readonly Dated[]> {
  const wanted = filter.tenant === undefined ? undefined : wantedName(filter.tenant);
  const found: Dated[] = [];
  for (const [id, own] of Map.groupBy(there, ({ tenant }) => tenant.id)) {
    const name = own[0]?.tenant.name ?? '';
    if (wanted !== undefined && wanted !== name) continue;
    const tenant = keyring.tenants.find((each) => each.id === id)?.record ?? { name };
    found.push(...(await retentionOf(own, { tenant, options: filter.retention ?? {}, nowMs: clock() })));
  }
  return found;
}

/** @throws {BackupError} `INVALID_OPTION` for a pattern that is none. */
function moduleFilter(module: string | undefined): (facts: SnapshotFacts) => boolean {
  if (module === undefined) return () => true;
  const glob = compileGlob(module);
  const isNamed = (name: string): boolean => name === module || glob.matches(Buffer.from(name), false);
  return ({ sources, modules = [] }) =>
    modules.some(({ name }) => isNamed(name)) || sources.some(({ path, root }) => root === module || isNamed(path));
}
