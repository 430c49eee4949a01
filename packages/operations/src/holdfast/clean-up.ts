import type { Logs } from '@x/logging';
import { cleanReports } from '../report/write-reports.ts';
import type { Cleanup } from './contract.ts';
import type { Settings } from './settings.ts';
import type { TenantBackups } from './tenant-backups.ts';

interface CleanUpParts {
  readonly settings: Settings;
  readonly backups: TenantBackups;
  readonly logs: Logs | undefined;
}

const KEEP_REPORTS_MS = 2 * 365 * 86_400_000;

/** Forgets what no policy keeps: snapshots of tenants, logs and reports. */
export async function cleanUp(
  { settings, backups, logs }: CleanUpParts,
  { dryRun = false }: { readonly dryRun?: boolean | undefined } = {},
): Promise<Cleanup> {
  const snapshots: Record<string, readonly string[]> = {};
  const held: string[] = [];
  for (const tenant of settings.tenants.keys()) {
    const gone = await backups.forget(tenant, { dryRun });
    if (gone === undefined) held.push(tenant);
    else snapshots[tenant] = gone;
  }
  return { dryRun, snapshots, held, ...(await cleanFiles({ settings, logs }, dryRun)) };
}

/** Removes logs and reports that have had their time. */
export async function cleanFiles(
  { settings, logs }: Pick<CleanUpParts, 'settings' | 'logs'>,
  dryRun: boolean,
): Promise<Pick<Cleanup, 'logFiles' | 'reports'>> {
  const plan = await logs?.planClean();
  if (!dryRun && logs !== undefined && plan !== undefined) await logs.applyClean(plan);
  const { reports } = settings.config;
  const { keepMs = KEEP_REPORTS_MS } = reports ?? {};
  const removed =
    reports === undefined ? [] : await cleanReports(reports.directory, { nowMs: settings.clock.now(), keepMs, dryRun });
  return { logFiles: plan?.remove.length ?? 0, reports: removed };
}
