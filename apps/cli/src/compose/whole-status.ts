import { existsSync } from 'node:fs';
import type { Repository } from '@x/backup-store';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { openAlerts } from './alerts.ts';
import { openDeploys } from './deploys.ts';
import { judgeConfigured } from './objectives.ts';
import { openOperations, operationsLocation } from './operations-store.ts';
import { lookAtJobs } from './schedule-look.ts';

/** What is known beside the repository: each part where it is configured. */
export type WholeStatus = Pick<ShapeOf<'RepositoryStatus'>, 'schedule' | 'deploy' | 'alerts' | 'objectives' | 'unread'>;

type Part = Partial<Omit<WholeStatus, 'unread'>>;

/** Reads each part that is configured; one that can't be read is named, and the others are told. */
export async function wholeStatus(
  context: Context,
  effective: Effective,
  repository: Repository | undefined,
): Promise<WholeStatus> {
  const parts: Readonly<Record<string, () => Promise<Part>>> = {
    schedule: async () => scheduleStatus(context, effective),
    deploy: async () => deployStatus(context, effective),
    alerts: async () => alertStatus(context, effective),
    objectives: async () => objectiveStatus(context, effective, repository),
  };
  let status: Part = {};
  const unread: { part: string; message: string }[] = [];
  for (const [part, read] of Object.entries(parts)) {
    try {
      status = { ...status, ...(await read()) };
    } catch (error) {
      context.signal.throwIfAborted();
      unread.push({ part, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { ...status, unread };
}

async function scheduleStatus(context: Context, { settings }: Effective): Promise<Part> {
  if (settings['schedule.jobs'] === undefined) return {};
  const jobs = await lookAtJobs(context);
  const next = jobs
    .filter((job): job is typeof job & { readonly nextMs: number } => job.nextMs !== undefined)
    .toSorted((a, b) => a.nextMs - b.nextMs)[0];
  return {
    schedule: {
      jobs: jobs.length,
      failing: jobs.filter(({ last }) => last?.status === 'failed').map(({ name }) => name),
      next: next && { job: next.name, slot: new Date(next.nextMs).toISOString() },
    },
  };
}

async function deployStatus(context: Context, { settings }: Effective): Promise<Part> {
  if (settings['deploy.root'] === undefined) return {};
  const { deployer } = await openDeploys(context);
  const active = (await deployer.list()).find(({ isCurrent }) => isCurrent);
  const [last] = await deployer.history({ limit: 1 });
  return {
    deploy: {
      version: active?.version,
      last: last && {
        kind: last.kind,
        version: last.version,
        outcome: last.outcome,
        at: last.endedAt ?? last.startedAt,
      },
    },
  };
}

async function alertStatus(context: Context, { settings }: Effective): Promise<Part> {
  if (settings['alerts.channels'] === undefined && settings['alerts.store'] === undefined) return {};
  const { alerts } = await openAlerts(context);
  const view = await alerts.list();
  const open = view.alerts.filter(({ status }) => status !== 'resolved');
  return {
    alerts: {
      open: open.map(({ key, severity, title }) => ({ key, severity, title })),
      down: Object.keys(view.down),
      frozen: view.freezes.map(({ tenant }) => tenant),
    },
  };
}

async function objectiveStatus(
  context: Context,
  effective: Effective,
  repository: Repository | undefined,
): Promise<Part> {
  if (repository === undefined || !existsSync(operationsLocation(context, effective))) return {};
  const { book } = await openOperations(context);
  const { judgements } = await judgeConfigured(context, { repository, book });
  const of = (status: 'met' | 'breached' | 'unknown'): number =>
    judgements.filter((each) => each.status === status).length;
  const breached = judgements
    .filter(({ status }) => status === 'breached')
    .map(({ tenant, objective, detail }) => ({ tenant: tenant ?? undefined, objective, detail }));
  return { objectives: { met: of('met'), unknown: of('unknown'), breached } };
}
