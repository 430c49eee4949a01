import { resolve } from 'node:path';

import { codeOf, isBackupError } from '../errors.ts';
import type { RestoreOptions, RestorePlan, RestoreResult } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import { ownPlaces } from '../run/own-places.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { applyRestore } from './apply-restore.ts';
import { JobPool } from '../threads/job-pool.ts';
import { planContent, planLinks } from './content-plan.ts';
import { forgottenError } from './forgotten.ts';
import type { OnlyPaths } from './only-paths.ts';
import type { Applied } from './outcome.ts';
import { planItems } from './plan-restore.ts';
import type { InternalPlan } from './restore-item.ts';

/** A thread more for each so many bytes of content. */
const BYTES_PER_THREAD = 4 * 1024 * 1024;

/** A snapshot and its tenant, with the index loaded. */
export interface RestoreFrom {
  readonly tenant: OpenTenant;
  readonly record: SnapshotRecord;
}

const targetOf = (options: RestoreOptions): string => (options.to === undefined ? '/' : resolve(options.to));

/** @throws {BackupError} `SNAPSHOT_FORGOTTEN` when its catalog is gone, and the snapshot too. */
async function planOf(
  context: RunContext,
  from: RestoreFrom,
  { only, ...options }: RestoreOptions & { readonly only?: OnlyPaths | undefined },
): Promise<InternalPlan> {
  try {
    return await planItems(from, options, { own: ownPlaces(context), only });
  } catch (error) {
    const isGone = isBackupError(error, 'OBJECT_MISSING') || isBackupError(error, 'BLOB_MISSING');
    throw (isGone ? forgottenError(from.tenant, from.record.id) : undefined) ?? error;
  }
}

/** What a restore would do. */
export async function planRestore(
  context: RunContext,
  from: RestoreFrom,
  options: RestoreOptions,
): Promise<RestorePlan> {
  const { tenant, record } = from;
  const plan = await planOf(context, from, options);
  const content = planContent(tenant, plan.items, new Set(planLinks(plan.items).keys()));
  const counts = { create: 0, overwrite: 0, keep: 0, metadata: 0, delete: 0, note: 0 };
  const actions = plan.items.map(({ action, tree, path, entry, reason }) => {
    counts[action]++;
    const shown = displayPath(joinPath(plan.trees[tree]?.root as Buffer, path));
    return { action, ...shown, kind: entry.kind, size: entry.size, ...(reason === undefined ? {} : { reason }) };
  });
  return {
    snapshot: record.id,
    target: targetOf(options),
    overwrite: options.overwrite ?? 'never',
    actions,
    counts,
    bytes: content.bytes,
    bytesFetched: content.bytesFetched,
    requests: content.extents.length,
  };
}

/** Threads for what may have to be written: they start while the plan is made. */
function startThreads(context: RunContext, bytes: number): JobPool {
  const pool = new JobPool('restore', undefined, { ...context.threads, threads: context.performance.workers });
  pool.start(Math.ceil(bytes / BYTES_PER_THREAD));
  return pool;
}

/**
 * Restores a snapshot, or a part of it.
 *
 * @param only In place: nothing but these.
 */
export async function restore(
  context: RunContext,
  from: RestoreFrom,
  options: RestoreOptions,
  only?: OnlyPaths,
): Promise<RestoreResult> {
  const { tenant, record } = from;
  const meter = new ProgressMeter('plan', options.onProgress);
  const isWhole =
    options.path === undefined &&
    options.paths === undefined &&
    options.include === undefined &&
    options.modules === undefined;
  await using pool = startThreads(context, isWhole ? record.bytes.total : 1);
  const plan = await planOf(context, from, { ...options, only });
  meter.phase = 'restore';
  meter.counts.filesTotal = plan.items.filter(
    ({ action, entry }) => entry.kind === 'file' && (action === 'create' || action === 'overwrite'),
  ).length;
  const about = {
    snapshot: record.id,
    tenant: record.tenant.name,
    target: targetOf(options),
    ...(options.trial === true && { trial: true }),
  };
  const tookMs = (): number => Math.round(meter.elapsedMs);
  let applied: Applied;
  try {
    applied = await applyRestore({ context, tenant, snapshot: record.id, plan, meter, pool }, options);
  } catch (error) {
    context.emit('restore.failed', { ...about, code: codeOf(error), durationMs: tookMs() });
    throw error;
  }
  meter.flush();
  const status =
    applied.problems.length === 0 ? 'ok' : applied.filesWritten + applied.entriesKept === 0 ? 'failed' : 'partial';
  const { bytesWritten } = applied;
  context.emit('restore.finished', { ...about, status, bytesWritten, durationMs: tookMs() });
  return {
    status,
    snapshot: record.id,
    target: targetOf(options),
    ...applied,
    durationMs: Math.round(meter.elapsedMs),
  };
}
