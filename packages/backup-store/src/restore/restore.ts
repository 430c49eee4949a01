import { resolve } from 'node:path';

import { codeOf } from '../errors.ts';
import type { RestoreOptions, RestorePlan, RestoreResult } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import { ownPlaces } from '../run/own-places.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { type Applied, RestoreApplication } from './apply-restore.ts';
import { planContent, planLinks } from './content-plan.ts';
import { persistently } from './moved-content.ts';
import { planItems } from './plan-restore.ts';

/** A snapshot and its tenant, with the index loaded. */
export interface RestoreFrom {
  readonly tenant: OpenTenant;
  readonly record: SnapshotRecord;
}

const targetOf = (options: RestoreOptions): string => (options.to === undefined ? '/' : resolve(options.to));

/** What a restore would do. */
export async function planRestore(
  context: RunContext,
  from: RestoreFrom,
  options: RestoreOptions,
): Promise<RestorePlan> {
  const { tenant, record } = from;
  const plan = await persistently(tenant, options.signal, async () => await planItems(from, options, ownPlaces(context)));
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

/** Restores a snapshot, or a part of it. */
export async function restore(context: RunContext, from: RestoreFrom, options: RestoreOptions): Promise<RestoreResult> {
  const { tenant, record } = from;
  const meter = new ProgressMeter('plan', options.onProgress);
  const plan = await persistently(tenant, options.signal, async () => await planItems(from, options, ownPlaces(context)));
  meter.phase = 'restore';
  meter.counts.filesTotal = plan.items.filter(
    ({ action, entry }) => entry.kind === 'file' && (action === 'create' || action === 'overwrite'),
  ).length;
  let applied: Applied;
  try {
    await using application = new RestoreApplication({ context, tenant, plan, options, meter });
    applied = await application.run();
  } catch (error) {
    context.emit('restore.failed', {
      snapshot: record.id,
      code: codeOf(error),
    });
    throw error;
  }
  meter.flush();
  const status =
    applied.problems.length === 0 ? 'ok' : applied.filesWritten + applied.entriesKept === 0 ? 'failed' : 'partial';
  context.emit('restore.finished', { snapshot: record.id, status, bytesWritten: applied.bytesWritten });
  return {
    status,
    snapshot: record.id,
    target: targetOf(options),
    ...applied,
    durationMs: Math.round(meter.elapsedMs),
  };
}
