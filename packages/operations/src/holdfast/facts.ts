import type { CatalogEntry, Repository } from '@x/backup-store';
import type { Deployer, Deployment } from '@x/versioning/deploy';
import type { ReleaseManager } from '@x/versioning';
import { DRILL_EVENTS, drillResultOf } from '../drills/results.ts';
import { drillSnapshots } from '../drills/snapshots.ts';
import type { EventBook, EventQuery, OperationEvent } from '../events/contract.ts';
import { BACKUP_EVENTS } from '../metrics/attempts.ts';
import { backupFacts } from '../metrics/backup-facts.ts';
import type { Dashboard, StorageSample } from '../metrics/contract.ts';
import { dashboard } from '../metrics/dashboard.ts';
import { destinationFigures } from '../metrics/forecast.ts';
import type { SampleBook } from '../metrics/samples.ts';
import type { ObjectiveJudgement } from '../objectives/contract.ts';
import { RESTORE_EVENTS, restoresOf, rollbacksOf } from '../objectives/facts.ts';
import { judgeObjectives } from '../objectives/judge.ts';
import { limitOf, measuredWithin } from '../objectives/limits.ts';
import { reportData } from '../report/report-data.ts';
import type { ReportData } from '../report/contract.ts';
import type { ReportPeriod } from '../report/period.ts';
import type { HealthRecord } from '../health/health-history.ts';
import { runHistory } from '../scheduler/history.ts';
import type { Timing } from '../timing/timing.ts';
import type { Settings } from './settings.ts';

/** What is read when something is to be told. */
export interface FactParts {
  readonly settings: Settings;
  readonly book: EventBook;
  readonly repository: () => Promise<Repository>;
  readonly releases: () => ReleaseManager | undefined;
  readonly deployer: () => Deployer | undefined;
  readonly samples: SampleBook;
  /** Where the repository is, as samples name it. */
  readonly destination: string;
  readonly health: (window: { readonly fromMs: number; readonly toMs: number }) => Promise<HealthRecord | undefined>;
  /** When backups of a tenant are due. */
  readonly timingOf: (tenant: string) => Timing | undefined;
}

const DAY_MS = 86_400_000;
/** Forgotten snapshots are remembered so long. */
const CATALOG_MS = 90 * DAY_MS;
/** Runs of a job that are read: one each quarter of an hour, for a quarter of a year. */
const MOST_RUNS = 10_000;

/** Tells what happened, from what the packages keep. */
export class Facts {
  readonly #parts: FactParts;

  constructor(parts: FactParts) {
    this.#parts = parts;
  }

  async dashboard(): Promise<Dashboard> {
    const { settings, releases, destination } = this.#parts;
    const [events, catalog, deploys, samples] = await Promise.all([
      this.#events({ names: [...BACKUP_EVENTS, ...RESTORE_EVENTS, ...DRILL_EVENTS] }),
      this.#catalog(),
      this.#deploys(),
      this.#samples(),
    ]);
    return dashboard({
      events,
      snapshots: backupFacts(catalog),
      releases: (await releases()?.listReleases()) ?? [],
      deploys,
      storage: [{ destination, samples }],
      nowMs: settings.clock.now(),
    });
  }

  async objectives(): Promise<readonly ObjectiveJudgement[]> {
    const { settings, deployer } = this.#parts;
    const { objectives = {} } = settings.config;
    const nowMs = settings.clock.now();
    // What is older says nothing any more.
    const fromMs = nowMs - measuredWithin(objectives);
    const [catalog, events] = await Promise.all([
      this.#catalog(),
      this.#events({ names: [...DRILL_EVENTS, ...RESTORE_EVENTS], fromMs }),
    ]);
    const rollbacks = deployer() === undefined ? undefined : rollbacksOf(await this.#deploys());
    return judgeObjectives({
      tenants: [...settings.tenants].map(([name, { critical = false }]) => ({ name, critical })),
      snapshots: drillSnapshots(catalog),
      drills: events.flatMap((event) => drillResultOf(event) ?? []),
      restores: restoresOf(events),
      rollbacks,
      objectives,
      nowMs,
    });
  }

  async report(period: ReportPeriod): Promise<ReportData> {
    const { settings, health, timingOf, destination } = this.#parts;
    const { tenants, config, state } = settings;
    const { fromMs, toMs } = period;
    const nowMs = settings.clock.now();
    const [since, events, catalog, deployments, samples] = await Promise.all([
      this.#since(),
      // What has begun in the period is told when it ends.
      this.#events({ fromMs: fromMs - DAY_MS, toMs: Math.min(toMs + DAY_MS, nowMs + 1) }),
      this.#catalog(),
      this.#deploys(),
      this.#samples(),
    ]);
    const runs = await Promise.all(
      [...tenants.keys()].map(async (tenant) =>
        (await runHistory(state, `backup/${tenant}`, { untilMs: toMs + DAY_MS, limit: MOST_RUNS })).map((run) => ({
          tenant,
          run,
        })),
      ),
    );
    // Before its first run a tenant may not have been there.
    const firstMs = runs.map((own) => own.at(-1)?.run.slotMs ?? Infinity);
    const forecast = destinationFigures({ destination, samples }, nowMs);
    return reportData({
      period,
      nowMs,
      title: config.reports?.title,
      events: { sinceMs: since, list: events },
      snapshots: {
        sinceMs: nowMs - CATALOG_MS,
        list: catalog,
      },
      runs: { sinceMs: Math.max(...firstMs, -Infinity), list: runs.flat() },
      expected: [...tenants.keys()].flatMap((tenant, n) => {
        const timing = timingOf(tenant);
        return timing === undefined ? [] : [{ tenant, timing, sinceMs: firstMs[n] }];
      }),
      deployments,
      health: await health({ fromMs, toMs: Math.min(toMs, nowMs) }),
      storage: samples,
      forecast:
        forecast.full.status === 'unknown'
          ? undefined
          : {
              fullAtMs: forecast.full.at === null ? null : Date.parse(forecast.full.at),
              bytesPerDay: forecast.growth_bytes_per_day ?? undefined,
            },
      objectives: [...tenants].map(([tenant, { critical = false }]) => {
        const judged = { name: tenant, critical };
        const limits = config.objectives ?? {};
        return { tenant, rpoMs: limitOf(limits, 'rpo-incremental', judged), rtoMs: limitOf(limits, 'rto', judged) };
      }),
    });
  }

  async #events(query: EventQuery): Promise<OperationEvent[]> {
    const events: OperationEvent[] = [];
    for await (const event of this.#parts.book.read(query)) events.push(event);
    return events;
  }

  /** When the book begins, in milliseconds since 1970. */
  async #since(): Promise<number> {
    for await (const { at } of this.#parts.book.read()) return Date.parse(at);
    return Infinity;
  }

  async #catalog(): Promise<readonly CatalogEntry[]> {
    return (await this.#parts.repository()).catalog();
  }

  async #deploys(): Promise<readonly Deployment[]> {
    return (await this.#parts.deployer()?.history()) ?? [];
  }

  async #samples(): Promise<readonly StorageSample[]> {
    return this.#parts.samples.read(this.#parts.destination);
  }
}
