import type { EventBook, OperationEvent } from '@x/operations';
import type { BackupRun, ExpectedBackups, OtherRun, ReportInput, ReportPeriod } from '@x/operations/report';
import { optionalDuration } from '../config/duration.ts';
import { publicLocation } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import type { Settings } from '../config/fields.ts';
import type { Context } from '../program/context.ts';
import { catalogRetention } from './catalog-retention.ts';
import { openConfigured } from './compose.ts';
import { openDeploys } from './deploys.ts';
import { healthLocation } from './health.ts';
import { measureRepository, metering } from './metrics.ts';
import { openOperations } from './operations-store.ts';
import { openSchedule } from './schedule.ts';

/** What a part of a report is read for. */
export interface PartsCall {
  readonly effective: Effective;
  readonly period: ReportPeriod;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Where events are kept, when they are. */
  readonly book: EventBook | undefined;
}

/** A part of a report, by its name for people; nothing where it is not configured. */
export type PartReader = (context: Context, call: PartsCall) => Promise<Partial<ReportInput>>;

const DAY_MS = 86_400_000;
/** Forgotten snapshots are remembered so long. */
const CATALOG_MS = 90 * DAY_MS;
/** Runs of a job that are read: one each quarter of an hour, for a quarter of a year. */
const MOST_RUNS = 10_000;
/** Events that are read; more would not fit into memory. */
const MOST_EVENTS = 200_000;

/** What reports are made of. Each is read by itself: what one can't be read of the others still tell. */
export const REPORT_PARTS: Readonly<Record<string, PartReader>> = {
  snapshots,
  storage,
  schedule,
  deploys,
  health,
  events,
};

async function snapshots(context: Context, { effective, nowMs }: PartsCall): Promise<Partial<ReportInput>> {
  if (effective.settings.repository === undefined) return {};
  await using repository = await openConfigured(context);
  const retention = await catalogRetention(context, repository, {});
  const list = await context.timed('read the catalog', () => repository.catalog({ retention }));
  return { snapshots: { sinceMs: nowMs - CATALOG_MS, list } };
}

/** What calls of `metrics` have measured, and in a period that goes on what there is now. */
async function storage(context: Context, { effective, period, nowMs }: PartsCall): Promise<Partial<ReportInput>> {
  const location = effective.settings.repository;
  if (location === undefined) return {};
  const destination = publicLocation(location);
  const samples = [...(await (await openOperations(context)).samples.read(destination))];
  if (nowMs >= period.fromMs && nowMs < period.toMs) {
    await using repository = await openConfigured(context);
    samples.push({ ...(await measureRepository(location, repository)), atMs: nowMs });
  }
  if (samples.length === 0) return {};
  const { dashboard } = await metering();
  const others = { events: [], snapshots: [], releases: [], deploys: [] };
  return { storage: samples, dashboard: dashboard({ ...others, storage: [{ destination, samples }], nowMs }) };
}

async function schedule(context: Context, { effective, period }: PartsCall): Promise<Partial<ReportInput>> {
  if (effective.settings['schedule.jobs'] === undefined) return {};
  const jobs = backupJobs(effective.settings);
  const [{ store, jobs: all }, { runHistory }] = await Promise.all([
    openSchedule(context, effective),
    import('@x/operations'),
  ]);
  const expected: ExpectedBackups[] = [];
  const list: BackupRun[] = [];
  let sinceMs = -Infinity;
  for (const { name, tenant } of jobs) {
    const runs = await runHistory(store, name, { untilMs: period.toMs + DAY_MS, limit: MOST_RUNS });
    for (const run of runs) list.push({ tenant, run });
    // Before its first run a job may not have been there.
    const firstMs = runs.at(-1)?.slotMs ?? Infinity;
    sinceMs = Math.max(sinceMs, firstMs);
    const timing = all.find((job) => job.name === name)?.timing;
    if (timing !== undefined) expected.push({ tenant, timing, sinceMs: firstMs });
  }
  const otherRuns: OtherRun[] = [];
  for (const { name } of all)
    if (!jobs.some((job) => job.name === name)) otherRuns.push(...(await runHistory(store, name, windowOf(period))));
  return jobs.length === 0 ? { otherRuns } : { expected, runs: { sinceMs, list }, otherRuns };
}

/** Runs that may say something of a period: what was missed is told with the run after it. */
function windowOf({ fromMs, toMs }: ReportPeriod): {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly limit: number;
} {
  return { sinceMs: fromMs - DAY_MS, untilMs: toMs + DAY_MS, limit: MOST_RUNS };
}

/** Jobs of the configuration that make backups, and of whom. */
function backupJobs(settings: Settings): readonly { readonly name: string; readonly tenant: string }[] {
  return Object.entries(settings['schedule.jobs'] ?? {}).flatMap(([name, { run, tenants }]) => {
    const words = run.find(([first, second]) => first === 'backup' && second === 'create');
    if (words === undefined) return [];
    if (tenants !== undefined) return tenants.map((tenant) => ({ name: `${name}/${tenant}`, tenant }));
    const at = words.indexOf('--tenant');
    return [{ name, tenant: (at < 0 ? undefined : words[at + 1]) ?? settings.tenant }];
  });
}

async function deploys(context: Context, { effective }: PartsCall): Promise<Partial<ReportInput>> {
  if (effective.settings['deploy.root'] === undefined) return {};
  const { deployer } = await openDeploys(context);
  return { deployments: await deployer.history({ signal: context.signal }) };
}

async function health(context: Context, { effective, period }: PartsCall): Promise<Partial<ReportInput>> {
  if (effective.settings['health.checks'] === undefined) return {};
  const [{ openStore }, { readHealth }] = await Promise.all([import('@x/storage'), import('@x/operations/health')]);
  return { health: await readHealth(await openStore(healthLocation(context, effective)), period) };
}

async function events(_: Context, { book, period, nowMs }: PartsCall): Promise<Partial<ReportInput>> {
  if (book === undefined) return {};
  let sinceMs = Infinity;
  for await (const { at } of book.read()) {
    sinceMs = Date.parse(at);
    break;
  }
  const list: OperationEvent[] = [];
  const window = { fromMs: period.fromMs - DAY_MS, toMs: Math.min(period.toMs + DAY_MS, nowMs + 1) };
  for await (const event of book.read(window)) {
    if (list.length >= MOST_EVENTS)
      throw new Error(`Expected at most ${MOST_EVENTS} events, got more: report a shorter period`);
    list.push(event);
  }
  return { events: { sinceMs, list } };
}

/** Objectives of the configuration, by tenant. */
export function configuredObjectives(settings: Settings): NonNullable<ReportInput['objectives']> {
  return Object.entries(settings['reports.objectives'] ?? {}).map(([tenant, { rpo, rto }]) => {
    return { tenant, rpoMs: optionalDuration(rpo), rtoMs: optionalDuration(rto) };
  });
}
