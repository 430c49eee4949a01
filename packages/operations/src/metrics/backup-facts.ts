import type { CatalogEntry } from '@x/backup-store';
import type { BackupFact } from './contract.ts';

/** The backups of a catalog, those that were forgotten since as well: `backupFacts(await repository.catalog())`. */
export function backupFacts(catalog: readonly CatalogEntry[]): readonly BackupFact[] {
  return catalog.map(({ id, tenant, kind, madeMs, durationMs, bytes }) => ({
    id,
    tenant: tenant.name,
    kind,
    madeMs,
    durationMs,
    bytes: bytes.total,
  }));
}
