import type { CatalogEntry, CatalogFilter } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import { compileGlob } from '../source/glob.ts';
import { SnapshotChecks } from './checks.ts';
import { factsOf, type SnapshotFacts } from './facts.ts';
import { matches } from './resolve.ts';

/** Snapshots that a filter lets through, there and forgotten, oldest first. The views must have been loaded. */
export async function backupCatalog(context: RunContext, filter: CatalogFilter): Promise<CatalogEntry[]> {
  const hasModule = moduleFilter(filter.module);
  const entries: CatalogEntry[] = [];
  for (const { tenant, view } of context.tenants()) {
    const checks = await SnapshotChecks.read(context, tenant);
    const there = view.snapshots.map(({ record, madeMs }): CatalogEntry => {
      return { ...factsOf(record, madeMs), checks: checks.of(record.id) };
    });
    const gone = filter.forgotten === false ? [] : view.remembered;
    entries.push(
      ...there,
      ...gone.map(({ facts, forgottenAt, checks: known }): CatalogEntry => ({ ...facts, checks: known, forgottenAt })),
    );
  }
  return entries.filter((entry) => matches(entry, filter) && hasModule(entry)).toSorted((a, b) => a.madeMs - b.madeMs);
}

/** @throws {BackupError} `INVALID_OPTION` for a pattern that is none. */
function moduleFilter(module: string | undefined): (facts: SnapshotFacts) => boolean {
  if (module === undefined) return () => true;
  const glob = compileGlob(module);
  const isNamed = (name: string): boolean => name === module || glob.matches(Buffer.from(name), false);
  return ({ sources, modules = [] }) =>
    modules.some(({ name }) => isNamed(name)) || sources.some(({ path, root }) => root === module || isNamed(path));
}
