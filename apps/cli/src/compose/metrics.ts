import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Repository } from '@x/backup-store';
import type {
  BackupFact,
  Dashboard,
  MetricFamily,
  MetricsInput,
  StorageFacts,
  StorageSample,
} from '@x/operations/metrics';
import { now } from '../clock.ts';
import { isUrl, publicLocation } from '../config/locations.ts';
import type { Context } from '../program/context.ts';
import { openConfigured } from './compose.ts';
import { drilling } from './drills.ts';
import { configuredDeploys, type Judged, judgeConfigured } from './objectives.ts';
import { eventsNamed, type OperationsStore } from './operations-store.ts';
import { openReleases } from './releases.ts';

/** Loads what counts. */
export const metering = async (): Promise<typeof import('@x/operations/metrics')> => import('@x/operations/metrics');

/** What can be said in numbers, all of it. */
export interface ReadMetrics extends MetricsInput {
  readonly dashboard: Dashboard;
}

/** Reads everything of which the configuration tells where it is: the repository, releases, deploys and the store of operations. */
export async function readMetrics(context: Context, operations: OperationsStore): Promise<ReadMetrics> {
  const { settings } = await context.effective();
  if (settings.repository === undefined) return await readWithout(context, operations);
  await using repository = await openConfigured(context);
  return await readWith(context, operations, repository);
}

/** The same as gauges. */
export async function readFamilies(context: Context, operations: OperationsStore): Promise<readonly MetricFamily[]> {
  const [{ metricFamilies }, read] = await Promise.all([metering(), readMetrics(context, operations)]);
  return metricFamilies(read);
}

async function readWithout(context: Context, operations: OperationsStore): Promise<ReadMetrics> {
  const { RESTORE_EVENTS } = await drilling();
  const restores = await eventsNamed(operations, RESTORE_EVENTS);
  const deploys = await configuredDeploys(context);
  return { dashboard: await dashboardOf(context, operations, { snapshots: [], storage: [], restores, deploys }) };
}

async function readWith(context: Context, operations: OperationsStore, repository: Repository): Promise<ReadMetrics> {
  const { backupFacts } = await metering();
  const { restorability } = await drilling();
  const judged = await judgeConfigured(context, { repository, book: operations.book });
  const { judgements, catalog, snapshots, drills, restores, deploys } = judged;
  const storage = [await sampleRepository(context, operations, repository)];
  const proofs = restorability({ snapshots, drills });
  const known = { snapshots: backupFacts(catalog), storage, restores, deploys };
  return { dashboard: await dashboardOf(context, operations, known), judgements, drills, proofs };
}

/** What was read already. */
interface Known extends Pick<Judged, 'restores' | 'deploys'> {
  readonly snapshots: readonly BackupFact[];
  readonly storage: readonly StorageFacts[];
}

async function dashboardOf(
  context: Context,
  operations: OperationsStore,
  { snapshots, storage, restores, deploys = [] }: Known,
): Promise<Dashboard> {
  const { BACKUP_EVENTS, dashboard } = await metering();
  const backups = await eventsNamed(operations, BACKUP_EVENTS);
  return dashboard({
    events: [...backups, ...restores],
    snapshots,
    releases: await configuredReleases(context),
    deploys,
    storage,
    nowMs: now(),
  });
}

/** The releases, where there are any: nothing is made to find out. */
async function configuredReleases(context: Context): Promise<readonly { readonly version: string }[]> {
  const { settings } = await context.effective();
  const { manager, folder } = await openReleases(context);
  if (settings['release.store'] === undefined && (folder === undefined || !existsSync(folder))) return [];
  return manager.listReleases({ signal: context.signal });
}

/** Measures how much is stored, and remembers it once an hour. Without a store to remember it in, this one moment is all that is known. */
async function sampleRepository(
  context: Context,
  { samples }: OperationsStore,
  repository: Repository,
): Promise<StorageFacts> {
  const { settings } = await context.effective();
  const location = settings.repository ?? '';
  const destination = publicLocation(location);
  const sample = await measureRepository(location, repository);
  try {
    if (await samples.add(destination, sample)) await samples.thin(destination, sample.atMs);
  } catch (error) {
    context.messages.warn(`How much is stored could not be remembered: ${(error as Error).message}`);
  }
  // The one of this hour may be another's.
  return {
    destination,
    samples: [...(await samples.read(destination)).filter(({ atMs }) => atMs < sample.atMs), sample],
  };
}

/** How much is stored now, and free beside it. */
export async function measureRepository(location: string, repository: Repository): Promise<StorageSample> {
  const { bytesStored: storedBytes } = await repository.stats();
  return { atMs: now(), storedBytes, freeBytes: await freeBytes(location) };
}

/** Free bytes of the disk that a folder is on; `null` for a bucket and the like. */
async function freeBytes(location: string): Promise<number | null> {
  if (isUrl(location) && !location.startsWith('file:')) return null;
  const { bavail, bsize } = await statfs(isUrl(location) ? fileURLToPath(location) : location);
  return bavail * bsize;
}
