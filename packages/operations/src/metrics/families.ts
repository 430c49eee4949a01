import type { DrillResult } from '../drills/contract.ts';
import type { ObjectiveJudgement } from '../objectives/contract.ts';
import type { RestorabilityProof } from '../objectives/proof.ts';
import type { Dashboard, TenantFigures } from './contract.ts';
import { FAMILIES, type FamilyName, type MetricFamily, type MetricSample } from './family-list.ts';

/** What {@link metricFamilies} makes numbers of. */
export interface MetricsInput {
  readonly dashboard: Dashboard;
  readonly judgements?: readonly ObjectiveJudgement[] | undefined;
  readonly drills?: readonly DrillResult[] | undefined;
  readonly proofs?: readonly RestorabilityProof[] | undefined;
}

/** Options of {@link metricFamilies}. */
export interface MetricsOptions {
  /** Tenants that have labels of their own at most, by name; how many are left out is told. Default 1000. */
  readonly maxTenants?: number | undefined;
}

type Add = (name: FamilyName, labels: Readonly<Record<string, string>>, value: number | null) => void;

/**
 * The numbers of a dashboard as gauges. What is not known has no sample. There are no counters: what is counted here is read again each time from
 * books that forget, and may become less. Labels are tenants (bounded), destinations, kinds and results, never snapshots.
 */
export function metricFamilies(
  { dashboard, judgements = [], drills = [], proofs = [] }: MetricsInput,
  { maxTenants = 1000 }: MetricsOptions = {},
): readonly MetricFamily[] {
  const samples = new Map<FamilyName, MetricSample[]>();
  const add: Add = (name, labels, value) => {
    if (value === null || !Number.isFinite(value)) return;
    const own = samples.get(name) ?? [];
    if (own.length === 0) samples.set(name, own);
    own.push({ labels, value });
  };
  const names = new Set<string>();
  for (const tenant of [...dashboard.tenants.map((each) => each.tenant), ...proofs.map((each) => each.tenant)])
    if (names.size < maxTenants) names.add(tenant);
  const isShown = (tenant: string | null): boolean => tenant === null || names.has(tenant);
  const tenants = dashboard.tenants.filter(({ tenant }) => isShown(tenant));
  addDashboard(add, dashboard, tenants);
  add('tenantsLeftOut', {}, dashboard.tenants.length - tenants.length);
  addObjectives(
    add,
    judgements.filter(({ tenant }) => isShown(tenant)),
  );
  addDrills(
    add,
    drills.filter(({ tenant }) => isShown(tenant)),
  );
  addProofs(
    add,
    proofs.filter(({ tenant }) => isShown(tenant)),
  );
  return Object.entries(FAMILIES).map(([key, family]) => ({
    ...family,
    samples: samples.get(key as FamilyName) ?? [],
  }));
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
const perSecond = (perDay: number | null): number | null => (perDay === null ? null : perDay / 86_400);
const moment = (text: string | null): number | null => (text === null ? null : Date.parse(text) / 1000);

function addDashboard(add: Add, dashboard: Dashboard, tenants: readonly TenantFigures[]): void {
  const { releases, storage } = dashboard;
  add('generated', {}, moment(dashboard.generated_at));
  for (const { tenant, tenant_backups: backups, restores } of tenants) {
    add('backups', { tenant, result: 'success' }, backups.total_count - backups.failed_count);
    add('backups', { tenant, result: 'failure' }, backups.failed_count);
    add('backupsLastDay', { tenant }, backups.last_24h);
    add('backupDuration', { tenant }, seconds(backups.avg_duration_ms));
    add('backupSize', { tenant }, backups.avg_size_bytes);
    add('backupSuccess', { tenant }, moment(backups.last_success));
    add('backupFailure', { tenant }, moment(backups.last_failure));
    add('restores', { tenant, result: 'success' }, restores.success_count);
    add('restores', { tenant, result: 'failure' }, restores.failed_count);
    add('restoreDuration', { tenant }, seconds(restores.avg_ttr_ms));
    add('restoreLast', { tenant }, moment(restores.last_restore));
  }
  add('releases', {}, releases.total_count);
  if (releases.active_version !== null) add('releaseActive', { version: releases.active_version }, 1);
  add('rollbacks', {}, releases.rollback_count);
  add('deployLast', {}, moment(releases.last_deploy));
  add('rollbackLast', {}, moment(releases.last_rollback));
  for (const each of storage.destinations) {
    const labels = { destination: each.destination };
    add('stored', labels, each.stored_bytes);
    add('free', labels, each.free_bytes);
    add('growth', labels, perSecond(each.growth_bytes_per_day));
    add('full', labels, moment(each.full.at));
  }
}

function addObjectives(add: Add, judgements: readonly ObjectiveJudgement[]): void {
  for (const { tenant, objective, status, valueMs, limitMs } of judgements) {
    const labels = { ...(tenant === null ? {} : { tenant }), objective };
    add('objectiveMet', labels, status === 'unknown' ? null : status === 'met' ? 1 : 0);
    add('objectiveValue', labels, seconds(valueMs));
    add('objectiveLimit', labels, seconds(limitMs));
  }
}

/** The latest of each tenant and kind that was tried. */
function addDrills(add: Add, drills: readonly DrillResult[]): void {
  const latest = new Map<string, DrillResult>();
  for (const drill of drills.toSorted((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt)))
    if (drill.status !== 'notTried') latest.set(JSON.stringify([drill.tenant, drill.kind]), drill);
  for (const { tenant, kind, status, finishedAt, restoreMs } of latest.values()) {
    add('drillLast', { tenant, kind }, moment(finishedAt));
    add('drillPassed', { tenant, kind }, status === 'passed' ? 1 : 0);
    add('drillRestore', { tenant, kind }, seconds(restoreMs));
  }
}

/** How many snapshots there are of each status. */
function addProofs(add: Add, proofs: readonly RestorabilityProof[]): void {
  const counts = new Map<string, Map<string, number>>();
  for (const { tenant, status } of proofs) {
    const own = counts.get(tenant) ?? new Map<string, number>();
    counts.set(tenant, own.set(status, (own.get(status) ?? 0) + 1));
  }
  for (const [tenant, own] of counts)
    for (const status of ['proven', 'partly', 'failed', 'unproven'])
      add('snapshots', { tenant, restorability: status }, own.get(status) ?? 0);
}
