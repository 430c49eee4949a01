import type { Attempt } from './attempts.ts';
import type { BackupCounts, ReportData, ReportedBackup, TenantBackups } from './contract.ts';
import type { DueBackup } from './due-backups.ts';
import type { ReportInput } from './input.ts';
import { lineText } from './words.ts';
import { zoneOf } from './zone.ts';

/** Backups that are named one by one. */
const MOST = 500;
const iso = (ms: number): string => new Date(ms).toISOString();

/** What of the report is about backups; `null` when nothing was given that tells of them. */
export function backupPart(
  input: ReportInput,
  attempts: readonly Attempt[],
  due: readonly DueBackup[],
): ReportData['backups'] {
  const { period, snapshots, events, runs, expected } = input;
  if ([snapshots, events, runs, expected].every((each) => each === undefined)) return null;
  const zone = zoneOf(period.timeZone);
  const dates = new Map(due.map((each) => [each, zone.dateOf(each.atMs)]));
  const byDate = Map.groupBy(due, (each) => dates.get(each) ?? '');
  const byTenant = Map.groupBy(due, ({ tenant }) => tenant);
  const exceptions = due.filter(({ outcome }) => outcome !== 'made');
  return {
    total: countsOf(due),
    days: period.days.map(({ date, fromMs, toMs }) => {
      const own = byDate.get(date) ?? [];
      const took = durationsOf(own);
      return { date, hours: (toMs - fromMs) / 3_600_000, ...countsOf(own), longestMs: took.at(-1) ?? null };
    }),
    tenants: tenantsOf(input, attempts, due).map((each) => {
      return { ...each, daysWithout: daysWithout(byTenant.get(each.tenant) ?? [], dates) };
    }),
    exceptions: exceptions.slice(0, MOST).map((each) => shownBackup(each, dates.get(each) ?? '')),
    exceptionsLeftOut: Math.max(0, exceptions.length - MOST),
  };
}

/** Counts backups. Those of several lists add up. */
function countsOf(all: readonly DueBackup[]): BackupCounts {
  const counts = { made: 0, partial: 0, failed: 0, missed: 0, unknown: 0 };
  let [extra, bytes, bytesStored] = [0, 0, 0];
  for (const { due, outcome, attempt } of all) {
    if (due) counts[outcome]++;
    else if (outcome !== 'failed') extra++;
    bytes += attempt?.bytes ?? 0;
    bytesStored += attempt?.bytesStored ?? 0;
  }
  const { made, partial, failed, missed, unknown } = counts;
  return { due: made + partial + failed + missed + unknown, ...counts, extra, bytes, bytesStored };
}

/** How long backups took, shortest first, in milliseconds. */
function durationsOf(all: readonly DueBackup[]): readonly number[] {
  return all
    .flatMap(({ attempt }) => (attempt === undefined || attempt.outcome === 'failed' ? [] : (attempt.durationMs ?? [])))
    .toSorted((a, b) => a - b);
}

function tenantsOf(
  { period, nowMs, expected = [] }: ReportInput,
  attempts: readonly Attempt[],
  due: readonly DueBackup[],
): Omit<TenantBackups, 'daysWithout'>[] {
  const untilMs = Math.min(period.toMs, nowMs);
  const byTenant = Map.groupBy(due, ({ tenant }) => tenant);
  const before = attempts.filter(({ startMs, outcome }) => startMs < untilMs && outcome === 'made');
  const good = Map.groupBy(before, ({ tenant }) => tenant);
  const names = [...new Set([...byTenant.keys(), ...good.keys()])].toSorted();
  return names.map((tenant) => {
    const own = byTenant.get(tenant) ?? [];
    const took = durationsOf(own);
    const times = (good.get(tenant) ?? []).map(({ startMs }) => startMs);
    const last = times.at(-1);
    return {
      tenant,
      scheduled: expected.some((each) => each.tenant === tenant),
      ...countsOf(own),
      lastAt: last === undefined ? null : iso(last),
      longestGapMs: longestGap(times, period.fromMs, untilMs),
      medianMs: took[Math.floor((took.length - 1) / 2)] ?? null,
      longestMs: took.at(-1) ?? null,
    };
  });
}

/** Days on which something was due and nothing good was made; not those of which nobody knows. */
function daysWithout(own: readonly DueBackup[], dates: ReadonlyMap<DueBackup, string>): readonly string[] {
  return [...Map.groupBy(own, (each) => dates.get(each) ?? '')]
    .filter(
      ([, all]) =>
        all.some(({ due }) => due) && all.every(({ outcome }) => outcome === 'failed' || outcome === 'missed'),
    )
    .map(([date]) => date)
    .toSorted();
}

/** The longest time of a period that ends in it and has no good backup; from the last one before it, where that is known. */
function longestGap(times: readonly number[], fromMs: number, untilMs: number): number | null {
  if (times.length === 0 || untilMs <= fromMs) return null;
  let longest = 0;
  for (const [at, time] of times.entries()) {
    const next = times[at + 1] ?? untilMs;
    if (next > fromMs) longest = Math.max(longest, next - time);
  }
  return longest;
}

function shownBackup({ tenant, atMs, outcome, due, attempt }: DueBackup, date: string): ReportedBackup {
  const error = attempt?.error ?? null;
  return {
    tenant,
    at: iso(atMs),
    date,
    outcome,
    due,
    snapshot: attempt?.snapshot ?? null,
    durationMs: attempt?.durationMs ?? null,
    bytes: attempt?.bytes ?? null,
    bytesStored: attempt?.bytesStored ?? null,
    error: error === null ? null : { code: error.code, message: lineText(error.message) },
  };
}
