import { DRILL_EVENTS, drillResultOf } from '../drills/results.ts';
import type { OperationEvent } from '../events/contract.ts';
import { amountOf, durationOf, textOf } from '../events/told-values.ts';
import { BACKUP_EVENTS } from '../metrics/attempts.ts';
import { RESTORE_EVENTS } from '../objectives/facts.ts';
import type { DrillLine, OtherEvents, ReleaseLine, ReportData, ReportedRestore } from './contract.ts';
import type { ReportedDrill, ReportInput } from './input.ts';
import { lineText } from './words.ts';

/** Lines of a part. */
const MOST = 500;

/** Names of events that a part of the report tells of, where that part is given. */
const RESTORES = [...RESTORE_EVENTS, 'restore.rolledBack'];
const HEALTH = ['health.failed', 'health.recovered'];
const DEPLOYS = /^(?:deploy|rollback)\.(?:started|succeeded|failed|rolledBack|undone|resumed)$/;

/** Events of the period and the tenant, earliest first. */
function eventsOf({ events, period, nowMs, tenant }: ReportInput): readonly OperationEvent[] {
  const untilMs = Math.min(period.toMs, nowMs + 1);
  return (events?.list ?? [])
    .filter(({ at, tenant: of }) => {
      const ms = Date.parse(at);
      return ms >= period.fromMs && ms < untilMs && (tenant === undefined || of === undefined || of === tenant);
    })
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Restores that somebody has asked for: not those that were tried, and thrown away. */
export function restorePart(input: ReportInput): ReportData['restores'] {
  if (input.events === undefined) return null;
  const restores = eventsOf(input).filter(({ name, details }) => RESTORES.includes(name) && details['trial'] !== true);
  return restores.slice(0, MOST).map(({ name, at, tenant, principal, details }): ReportedRestore => {
    const status = details['status'];
    const isFailed = name !== 'restore.finished' || status === 'failed';
    return {
      at: new Date(at).toISOString(),
      tenant: tenant ?? null,
      outcome: isFailed ? 'failed' : status === 'partial' ? 'partial' : 'ok',
      durationMs: durationOf(details['durationMs']),
      bytes: amountOf(details['bytesWritten']),
      by: principal ?? null,
      code: textOf(details['code']),
    };
  });
}

/** Restores that were tried. */
export function drillPart(input: ReportInput): ReportData['drills'] {
  const { events, drills, period, nowMs, tenant } = input;
  if (drills === undefined && events === undefined) return null;
  const told: readonly ReportedDrill[] = (events?.list ?? []).flatMap((event) => drillResultOf(event) ?? []);
  const all = new Map([...told, ...(drills ?? [])].map((each) => [each.id, each]));
  return [...all.values()]
    .filter((each) => {
      const ms = Date.parse(each.finishedAt);
      return ms >= period.fromMs && ms < period.toMs && ms <= nowMs && (tenant === undefined || tenant === each.tenant);
    })
    .toSorted((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt))
    .slice(0, MOST)
    .map(drillLine);
}

function drillLine(drill: ReportedDrill): DrillLine {
  const { finishedAt, tenant, kind, status, restoreMs, durationMs, proven, error } = drill;
  const share = amountOf(proven?.share);
  return {
    at: new Date(finishedAt).toISOString(),
    tenant,
    kind: textOf(kind) ?? 'drill',
    status,
    restoreMs: durationOf(restoreMs),
    durationMs: durationOf(durationMs) ?? 0,
    share: share === null ? null : Math.min(1, share),
    error: error?.message === undefined ? null : lineText(error.message),
  };
}

/** Deploys and rollbacks that began in the period: of all tenants, who share them. */
export function releasePart({ deployments, period, nowMs }: ReportInput): ReportData['releases'] {
  if (deployments === undefined) return null;
  return deployments
    .filter(({ startedAt }) => {
      const ms = Date.parse(startedAt);
      return ms >= period.fromMs && ms < period.toMs && ms <= nowMs;
    })
    .toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
    .slice(0, MOST)
    .map((each): ReleaseLine => ({
      at: new Date(each.startedAt).toISOString(),
      kind: each.kind,
      version: each.version,
      from: each.from ?? null,
      channel: each.channel,
      outcome: each.outcome,
      by: each.by,
      durationMs: durationOf(each.ms),
      wayBackMs: durationOf(each.wayBack?.ms),
      error: each.error === undefined ? null : lineText(each.error.message),
    }));
}

/** Whether a part of the report tells of an event. */
function isTold(event: OperationEvent, { deployments, health }: ReportInput, jobs: ReadonlySet<unknown>): boolean {
  const { name, tenant, details } = event;
  if (BACKUP_EVENTS.includes(name)) return tenant !== undefined;
  if (DRILL_EVENTS.includes(name)) return drillResultOf(event) !== undefined;
  if (HEALTH.includes(name)) return health !== undefined;
  if (DEPLOYS.test(name)) return deployments !== undefined;
  if (name.startsWith('run.')) return jobs.has(details['job']);
  return RESTORES.includes(name);
}

/** Warnings and errors of the period that no part of the report tells of, earliest first. */
export function otherEvents(input: ReportInput): readonly OperationEvent[] {
  const jobs = new Set(input.runs?.list.map(({ run }) => run.job));
  const told = eventsOf(input).filter((event) => event.level !== 'info' && !isTold(event, input, jobs));
  return [...told, ...badRuns(input)].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Runs of other jobs that failed or were missed, as events; none where events tell of them. */
function badRuns({ otherRuns = [], events, period, nowMs, tenant }: ReportInput): readonly OperationEvent[] {
  const known = new Set(
    (events?.list ?? []).filter(({ name }) => name.startsWith('run.')).map(({ details }) => details['job']),
  );
  return otherRuns.flatMap(({ job, slotMs, status, finishedMs = slotMs, error, missed }): OperationEvent[] => {
    const isIn = finishedMs >= period.fromMs && finishedMs < period.toMs && finishedMs <= nowMs;
    // The part of a job's name after a slash is its tenant.
    const [, of] = job.split('/');
    if (!isIn || known.has(job) || (tenant !== undefined && of !== undefined && of !== tenant)) return [];
    const at = new Date(finishedMs).toISOString();
    const times = missed === undefined ? '' : ` ${missed.count} times`;
    const went =
      missed === undefined && status !== 'missed'
        ? []
        : [{ at, name: 'run.missed', level: 'warn' as const, details: { message: `${job} was not run${times}` } }];
    if (status !== 'failed') return went;
    const message = `${job}${error === undefined ? '' : `: ${error.message}`}`;
    return [...went, { at, name: 'run.failed', level: 'error', details: { message } }];
  });
}

/** What {@link otherEvents} has found, by names. */
export function otherPart(others: readonly OperationEvent[]): readonly OtherEvents[] {
  return [...Map.groupBy(others, ({ name }) => name)]
    .map(([name, list]): OtherEvents => {
      const [first, last] = [list[0], list.at(-1)];
      return {
        name,
        level: list.some(({ level }) => level === 'error') ? 'error' : 'warn',
        count: list.length,
        firstAt: new Date(first?.at ?? 0).toISOString(),
        lastAt: new Date(last?.at ?? 0).toISOString(),
        message: messageOf(last),
      };
    })
    .toSorted((a, b) => (a.firstAt < b.firstAt ? -1 : 1))
    .slice(0, MOST);
}

/** What an event says of itself. */
export function messageOf(event: OperationEvent | undefined): string | null {
  const { details = {} } = event ?? {};
  const error = details['error'] as { readonly message?: unknown } | null | undefined;
  const [message, title, summary, detail, reason, code] = [
    'message',
    'title',
    'summary',
    'detail',
    'reason',
    'code',
  ].map((name) => textOf(details[name]) ?? undefined);
  const said = message ?? textOf(error?.message) ?? title ?? summary ?? detail ?? reason ?? code ?? null;
  return said === null ? null : lineText(said);
}
