import { clipped } from '../health/span.ts';
import { uptimeOf } from '../health/uptime.ts';
import type { CheckLine, ObjectiveLine, Outage, ReportData, RetentionLine, TenantBackups } from './contract.ts';
import type { ReportInput } from './input.ts';
import { amountOf, momentOf } from '../events/told-values.ts';
import { lineText } from './words.ts';

/** Lines of a part. */
const MOST = 1000;
/** Spans that a chart bears. */
const SPANS = 400;
const iso = (ms: number): string => new Date(ms).toISOString();

/** What is known of checks, in the part of the period that is over. */
export function healthPart({ health, period, nowMs }: ReportInput): ReportData['health'] {
  if (health === undefined) return null;
  const window = { fromMs: period.fromMs, toMs: Math.max(period.fromMs, Math.min(period.toMs, nowMs)) };
  return health.checks.map(({ check, kind, spans }): CheckLine => {
    const { upMs, degradedMs, downMs, unknownMs, percent, knownPercent } = uptimeOf(spans, window);
    const own = spans.flatMap((span) => clipped(span, window.fromMs, window.toMs) ?? []);
    const outages = own
      .filter(({ state }) => state === 'unhealthy')
      .map(({ fromMs, toMs }): Outage => {
        const change = health.changes.find(
          (each) => each.check === check && each.to === 'unhealthy' && each.atMs >= fromMs - 1 && each.atMs < toMs,
        );
        return {
          from: iso(fromMs),
          to: toMs >= window.toMs ? null : iso(toMs),
          durationMs: toMs - fromMs,
          message: change === undefined ? null : lineText(change.message),
        };
      });
    return {
      check,
      kind,
      upMs,
      degradedMs,
      downMs,
      unknownMs,
      percent: percent ?? null,
      knownPercent,
      outages: outages.slice(0, MOST),
      spans: own.slice(-SPANS).map(({ fromMs, toMs, state }) => ({ from: iso(fromMs), to: iso(toMs), state })),
    };
  });
}

/** What was stored, and when that will be too much. */
export function storagePart(input: ReportInput): ReportData['storage'] {
  const { storage, period, nowMs } = input;
  const forecast = forecastOf(input);
  if (storage === undefined && forecast === undefined) return null;
  const samples = (storage ?? [])
    .filter(({ atMs, storedBytes }) => {
      return atMs >= period.fromMs && atMs < period.toMs && atMs <= nowMs && amountOf(storedBytes) !== null;
    })
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(-MOST)
    .map(({ atMs, storedBytes, freeBytes }) => {
      return { at: iso(atMs), bytesStored: storedBytes, bytesFree: amountOf(freeBytes) };
    });
  const fullAtMs = forecast?.fullAtMs ?? null;
  return {
    samples,
    forecastFullAt: fullAtMs === null ? null : iso(fullAtMs),
    bytesPerDay: forecast?.bytesPerDay ?? null,
  };
}

/** The forecast that was given, else that of the destination of the dashboard that is full first, and how all of them grow. */
function forecastOf({ forecast, dashboard }: ReportInput): ReportInput['forecast'] {
  if (forecast !== undefined || dashboard === undefined) return forecast;
  const { destinations } = dashboard.storage;
  const full = destinations.flatMap(({ full: { at } }) => (momentOf(at) === null ? [] : Date.parse(at ?? '')));
  const grown = destinations.flatMap(({ growth_bytes_per_day: growth }) => growth ?? []);
  const bytesPerDay = grown.length === 0 ? undefined : grown.reduce((sum, each) => sum + each, 0);
  return { fullAtMs: full.length === 0 ? null : Math.min(...full), bytesPerDay };
}

/** Snapshots that are there, or were forgotten in the period, and how long they stay. */
export function retentionPart({ snapshots, period, nowMs, tenant }: ReportInput): ReportData['retention'] {
  if (snapshots === undefined || snapshots.list.every(({ retention }) => retention === undefined)) return null;
  const untilMs = Math.min(period.toMs, nowMs + 1);
  const all = snapshots.list.flatMap((each): RetentionLine[] => {
    if (tenant !== undefined && each.tenant.name !== tenant) return [];
    const forgottenMs = each.forgottenAt === undefined ? Infinity : Date.parse(each.forgottenAt);
    // What was gone before is no news; what is made after is none yet.
    if (forgottenMs < period.fromMs || Date.parse(each.startedAt) >= untilMs) return [];
    return [
      {
        id: each.id,
        tenant: each.tenant.name,
        at: new Date(each.startedAt).toISOString(),
        bytes: amountOf(each.bytes.total) ?? 0,
        fate: each.forgottenAt !== undefined ? 'forgotten' : each.retention?.keep === false ? 'goes' : 'stays',
        until: momentOf(each.retention?.until),
        reason: each.retention === undefined ? null : lineText(each.retention.reason),
        forgottenAt: momentOf(each.forgottenAt),
      },
    ];
  });
  const of = (fate: RetentionLine['fate']): readonly RetentionLine[] => all.filter((each) => each.fate === fate);
  const sorted = all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return {
    stays: of('stays').length,
    goes: of('goes').length,
    forgottenInPeriod: of('forgotten').filter(({ forgottenAt }) => Date.parse(forgottenAt ?? '') < untilMs).length,
    bytesKept: of('stays').reduce((sum, { bytes }) => sum + bytes, 0),
    snapshots: sorted.slice(-MOST),
    leftOut: Math.max(0, sorted.length - MOST),
  };
}

/** What objectives are held against. */
interface Reached {
  readonly tenants: readonly TenantBackups[];
  readonly drills: ReportData['drills'];
  readonly restores: ReportData['restores'];
}

/** Objectives beside what was reached: the longest time without a backup, and the longest restore, whether it was tried or needed. */
export function objectivePart(
  { objectives = [], tenant }: ReportInput,
  { tenants, drills, restores }: Reached,
): readonly ObjectiveLine[] {
  return objectives
    .filter((each) => tenant === undefined || each.tenant === tenant)
    .flatMap(({ tenant: of, rpoMs, rtoMs }) => {
      const gap = tenants.find((each) => each.tenant === of)?.longestGapMs ?? null;
      const took = [
        ...(drills ?? []).flatMap((each) => (each.tenant === of ? (each.restoreMs ?? []) : [])),
        ...(restores ?? []).flatMap((each) =>
          each.tenant === of && each.outcome !== 'failed' ? (each.durationMs ?? []) : [],
        ),
      ];
      const longest = took.length === 0 ? null : Math.max(...took);
      return [lineOf(of, 'rpo', rpoMs, gap), lineOf(of, 'rto', rtoMs, longest)].flatMap((line) => line ?? []);
    });
}

function lineOf(
  tenant: string,
  kind: ObjectiveLine['kind'],
  objectiveMs: number | undefined,
  reachedMs: number | null,
): ObjectiveLine | undefined {
  if (objectiveMs === undefined) return undefined;
  return { tenant, kind, objectiveMs, reachedMs, met: reachedMs === null ? null : reachedMs <= objectiveMs };
}
