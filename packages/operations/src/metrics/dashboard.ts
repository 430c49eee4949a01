import type { OperationEvent } from '../events/contract.ts';
import { type DeployFact, restoresOf } from '../objectives/facts.ts';
import { compareTexts } from '../text-order.ts';
import { type BackupAttempt, backupAttempts } from './attempts.ts';
import type { BackupFact, Dashboard, ReleaseFact, StorageFacts, StorageFigures, TenantFigures } from './contract.ts';
import { backupFigures, releaseFigures, restoreFigures } from './figures.ts';
import { destinationFigures } from './forecast.ts';

/** What {@link dashboard} goes by, in any order. */
export interface DashboardQuestion {
  /** Of backups and restores; others are passed over. */
  readonly events: readonly OperationEvent[];
  /** Of all tenants. What an event tells of a snapshot that is among them is not counted again. */
  readonly snapshots: readonly BackupFact[];
  readonly releases: readonly ReleaseFact[];
  readonly deploys: readonly DeployFact[];
  readonly storage: readonly StorageFacts[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Says in numbers what happened. Where nothing is known there is `null`, and never a number that looks like one. Pure.
 *
 * @example
 * ```ts
 * import { dashboard } from '@x/operations/metrics';
 *
 * const { tenant_backups: backups, storage } = dashboard({
 *   events: [],
 *   snapshots: [],
 *   releases: [],
 *   deploys: [],
 *   storage: [],
 *   nowMs: Date.now(),
 * });
 * console.log(backups.last_success, storage.destinations[0]?.full.at);
 * ```
 */
export function dashboard(question: DashboardQuestion): Dashboard {
  const { events, snapshots, releases, deploys, storage, nowMs } = question;
  const attempts = backupAttempts(snapshots, events);
  const owners = new Map(snapshots.map(({ id, tenant }) => [id, tenant]));
  for (const { name, tenant, details } of events)
    if (name === 'backup.created' && tenant !== undefined && typeof details['snapshot'] === 'string')
      owners.set(details['snapshot'], tenant);
  const restores = restoresOf(events).map((restore) => ({
    ...restore,
    tenant: restore.tenant ?? owners.get(restore.snapshot ?? '') ?? null,
  }));
  const byTenant = {
    attempts: Map.groupBy(attempts, ({ tenant }) => tenant),
    restores: Map.groupBy(restores, ({ tenant }) => tenant),
  };
  const perTenant = (tenant: string): TenantFigures => ({
    tenant,
    tenant_backups: backupFigures(byTenant.attempts.get(tenant) ?? [], nowMs),
    restores: restoreFigures(byTenant.restores.get(tenant) ?? []),
  });
  return {
    generated_at: new Date(nowMs).toISOString(),
    tenant_backups: backupFigures(attempts, nowMs),
    restores: restoreFigures(restores),
    releases: releaseFigures(releases, deploys),
    storage: storageFigures(storage, nowMs),
    tenants: tenantsOf(attempts, restores).map(perTenant),
  };
}

function tenantsOf(
  attempts: readonly Pick<BackupAttempt, 'tenant'>[],
  restores: readonly { readonly tenant: string | null }[],
): readonly string[] {
  const names = [...attempts, ...restores].flatMap(({ tenant }) => (tenant === null ? [] : [tenant]));
  return [...new Set(names)].toSorted();
}

function storageFigures(storage: readonly StorageFacts[], nowMs: number): StorageFigures {
  const destinations = storage
    .map((facts) => destinationFigures(facts, nowMs))
    .toSorted((a, b) => compareTexts(a.destination, b.destination));
  const known = destinations.flatMap(({ stored_bytes: stored }) => (stored === null ? [] : [stored]));
  return { total_bytes: known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0), destinations };
}
