import type { CatalogEntry } from '@x/backup-store';
import type { DrillSnapshot } from './contract.ts';

/** The snapshots of a catalog that are there, in its order: `drillSnapshots(await repository.catalog())`. */
export function drillSnapshots(catalog: readonly CatalogEntry[]): readonly DrillSnapshot[] {
  return catalog.flatMap((entry) => (entry.forgottenAt === undefined ? [drillSnapshot(entry)] : []));
}

function drillSnapshot(entry: CatalogEntry): DrillSnapshot {
  const { id, tenant, madeMs, durationMs, kind, status, checks, sources } = entry;
  const absentBytes = sources.reduce((sum, { absent }) => sum + (absent?.bytes ?? 0), 0);
  return {
    id,
    tenant: tenant.name,
    madeMs,
    durationMs,
    kind,
    status,
    bytes: entry.bytes.total,
    files: sources.reduce((sum, { files }) => sum + files, 0),
    absentBytes,
    checks,
  };
}
