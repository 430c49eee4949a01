import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '@x/backup-store';
import { diskEvents, diskSpace } from '../alerts/disk/disk-watch.ts';
import { planDrills } from '../drills/plan.ts';
import { drillHistory } from '../drills/results.ts';
import { runDrill } from '../drills/run-drill.ts';
import { drillSnapshots } from '../drills/snapshots.ts';
import type { OperationEvent } from '../events/contract.ts';
import type { SampleBook } from '../metrics/samples.ts';
import { noteObjectives } from '../objectives/changes.ts';
import { lastPeriod, type ReportPeriod } from '../report/period.ts';
import { reportFile, writeReports } from '../report/write-reports.ts';
import type { Job, RunContext, RunReport } from '../scheduler/job.ts';
import { cleanFiles } from './clean-up.ts';
import type { Facts } from './facts.ts';
import type { Settings } from './settings.ts';
import type { Telling } from './telling.ts';

/** What the work of jobs is done with. */
export interface WorkParts {
  readonly settings: Settings;
  readonly telling: Telling;
  readonly facts: Facts;
  readonly samples: SampleBook;
  readonly destination: string;
  readonly repository: () => Promise<Repository>;
}

const REPORT_KINDS = ['daily', 'weekly', 'monthly', 'quarterly'] as const;
const DAY_MS = 86_400_000;
/** What was over longer ago is reported on when somebody asks. */
const MOST_LATE_MS = 7 * DAY_MS;

/** Does what belongs to everything, and to no tenant alone. */
export class Work {
  readonly #parts: WorkParts;

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  readonly prune: Job['run'] = async ({ signal }) => {
    const repository = await this.#parts.repository();
    const { status, tenants, held } = await repository.prune({ signal });
    return { outcome: status, details: { bytesFreed: tenants.reduce((sum, each) => sum + each.bytesFreed, 0), held } };
  };

  readonly verify: Job['run'] = async ({ signal }) => {
    const repository = await this.#parts.repository();
    const { status, findings } = await repository.verify({ level: 'sample', signal });
    const [first] = findings;
    const error = first && { code: `OBJECT_${first.code.toUpperCase()}`, message: first.message };
    return { outcome: status, error, details: { findings: findings.length } };
  };

  readonly drills: Job['run'] = async ({ signal }: RunContext): Promise<RunReport> => {
    const { settings, telling } = this.#parts;
    const { book, pass, hub } = telling;
    const { config, clock } = settings;
    const repository = await this.#parts.repository();
    const snapshots = drillSnapshots(await repository.catalog());
    const history = await drillHistory(book);
    const { drills } = planDrills({ snapshots, history, policy: config.drills, nowMs: clock.now() });
    const { restoreInto, assets, validator, sandbox } = config.drills ?? {};
    const told = { append: async (event: OperationEvent) => pass(event) };
    const made: { tenant: string; kind: string; status: string }[] = [];
    for (const drill of drills) {
      const options = { book: told, restoreInto, assets, validator, sandbox, clock, signal };
      const { tenant, kind, status } = await runDrill(repository, drill, options);
      made.push({ tenant, kind, status });
    }
    await hub.flush();
    const bad = made.find(({ status }) => status === 'failed') ?? made.find(({ status }) => status !== 'passed');
    const error = bad && { code: 'DRILL_FAILED', message: `The drill of ${bad.tenant} ended as ${bad.status}` };
    return {
      outcome: bad === undefined ? 'ok' : bad.status === 'failed' ? 'failed' : 'partial',
      error,
      details: { drills: made },
    };
  };

  readonly look: Job['run'] = async () => {
    const { alerts, settled } = this.#parts.telling;
    let objectives: number;
    try {
      await this.#measure();
      objectives = await this.#judge();
    } catch (error) {
      // People are told also when the repository is away, and then most of all.
      await settled();
      await alerts.check();
      throw error;
    }
    await settled();
    const { sent, failed, left } = await alerts.check();
    return { details: { objectives, sent, failed, left } };
  };

  readonly reports: Job['run'] = async () => {
    const { settings, facts } = this.#parts;
    const { reports } = settings.config;
    const written: string[] = [];
    if (reports === undefined) return { details: { written } };
    const { directory, kinds = REPORT_KINDS, formats = ['json', 'html'] } = reports;
    const isDone = async ({ name, toMs }: ReportPeriod): Promise<boolean> => {
      const lateMs = settings.clock.now() - toMs;
      if (lateMs < DAY_MS) return false;
      return lateMs >= MOST_LATE_MS || (await isThere(join(directory, `${name}.${formats[0] ?? 'json'}`)));
    };
    for (const kind of kinds) {
      const period = lastPeriod({ kind, nowMs: settings.clock.now(), timeZone: settings.timeZone });
      // A longer period is over once in a while; its report is written on the day after it, or some days later when nothing ran then.
      if (kind !== 'daily' && (await isDone(period))) continue;
      const report = await facts.report(period);
      await writeReports(directory, report, { formats });
      written.push(reportFile(report, formats[0] ?? 'json'));
    }
    return { details: { written } };
  };

  readonly clean: Job['run'] = async () => {
    const { settings, telling, samples, destination } = this.#parts;
    const { logFiles, reports } = await cleanFiles({ settings, logs: telling.logs }, false);
    const thinned = await samples.thin(destination, settings.clock.now());
    return { details: { logFiles, reports: reports.length, samples: thinned } };
  };

  /** Tells which objectives have changed. @returns How many. */
  async #judge(): Promise<number> {
    const { settings, telling, facts } = this.#parts;
    const { book, pass } = telling;
    const changes = await noteObjectives(
      { read: (query) => book.read(query), append: async (event) => pass(event) },
      await facts.objectives(),
      { nowMs: settings.clock.now(), host: settings.host },
    );
    return changes.length;
  }

  /** How much is stored, and how much room there is. */
  async #measure(): Promise<void> {
    const { settings, telling, samples, destination } = this.#parts;
    const { config, clock, host } = settings;
    const { destinations = [destination], measure = diskSpace } = config.disks ?? {};
    const nowMs = clock.now();
    for (const event of await diskEvents({ destinations, nowMs, host, measure })) telling.pass(event);
    const { bytesStored } = await (await this.#parts.repository()).stats();
    const room = await measure(destination).catch(() => undefined);
    await samples.add(destination, { atMs: nowMs, storedBytes: bytesStored, freeBytes: room?.freeBytes ?? null });
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
