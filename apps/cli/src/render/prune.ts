import type {
  OpenBackup,
  PrunedPack,
  PrunePlan,
  PruneResult,
  PruneWait,
  TenantPrunePlan,
  TenantPruneResult,
} from '@x/backup-store';
import type { Colors } from '../terminal/output.ts';
import { formatBytes, formatCount, formatNumberOf } from './bytes.ts';
import { factLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

/** What a prune waits for, before it does. */
export function waitLines({ tenant, backups, waitMs, fenceAfterMs }: PruneWait, nowMs: number): readonly string[] {
  return [
    `Waiting for ${formatNumberOf(backups.length, 'backup')} of ${displayText(tenant)} that began before, up to ${formatDuration(waitMs)}:`,
    ...backups.map((each) => `  ${openBackupLine(each, nowMs)}`),
    `One that is silent for ${formatDuration(fenceAfterMs)} is ended. \`--wait 0s\` does not wait: the next prune goes on.`,
  ];
}

/** A backup that has not ended, and since when it is silent. */
export function openBackupLine({ session, lastSeenAt }: OpenBackup, nowMs: number): string {
  const silentMs = Math.max(0, nowMs - Date.parse(lastSeenAt));
  return `session ${session}, silent since ${formatTime(lastSeenAt)} (${formatDuration(silentMs)})`;
}

function packLines(plan: TenantPrunePlan): readonly string[] {
  const line = (mark: string, { object, bytes, liveBytes }: PrunedPack): string => {
    const needed = liveBytes === 0 ? '' : `, ${formatBytes(liveBytes)} needed`;
    return `  ${mark} ${displayText(object)} (${formatBytes(bytes)}${needed})`;
  };
  return [...plan.delete.map((pack) => line('-', pack)), ...plan.repack.map((pack) => line('M', pack))];
}

const sumOf = (packs: readonly PrunedPack[], key: 'bytes' | 'liveBytes'): number =>
  packs.reduce((sum, pack) => sum + pack[key], 0);

function costLines(plan: TenantPrunePlan): readonly string[] {
  const { bytesRead, bytesWritten, requests } = plan.costs;
  return factLines(
    [
      ['delete', `${formatNumberOf(plan.delete.length, 'pack')}, ${formatBytes(sumOf(plan.delete, 'bytes'))}`],
      [
        'repack',
        `${formatNumberOf(plan.repack.length, 'pack')}, ${formatBytes(sumOf(plan.repack, 'bytes'))}, ` +
          `of which ${formatBytes(sumOf(plan.repack, 'liveBytes'))} are needed`,
      ],
      ['unused', `${formatBytes(plan.bytesUnused)} stay in packs that are needed in part`],
      ['read', formatBytes(bytesRead)],
      ['write', formatBytes(bytesWritten)],
      [
        'requests',
        `about ${formatCount(requests.list)} list, ${formatCount(requests.get)} get, ` +
          `${formatCount(requests.create)} create, ${formatCount(requests.delete)} delete`,
      ],
    ],
    '  ',
  );
}

function tenantPlanLines(plan: TenantPrunePlan, { all, nowMs }: PlanView): readonly string[] {
  const title = `prune of ${displayText(plan.tenant)}`;
  const open = plan.waitsFor.map((each) => `    ${openBackupLine(each, nowMs)}`);
  const backups = formatNumberOf(open.length, 'backup');
  if (!plan.worthwhile) {
    const unused = `${formatBytes(plan.bytesUnused)} stay unused in packs that are needed in part`;
    const lines = open.length === 0 ? [] : [`  ${backups} did not end so far`, ...open];
    return [`${title}: nothing to do; ${unused}`, ...lines];
  }
  return [
    `${title}, round ${plan.epoch}: would free about ${formatBytes(plan.bytesFreed)}`,
    ...(all ? packLines(plan) : []),
    ...costLines(plan),
    ...(open.length === 0 ? [] : [`  waits for ${backups} to end`, ...open]),
  ];
}

/** How a plan is looked at. */
export interface PlanView {
  /** Each pack is named. */
  readonly all: boolean;
  /** The time now, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Lines that say what a prune would do, and what it costs. */
export function prunePlanLines(plan: PrunePlan, view: PlanView): readonly string[] {
  return plan.tenants.flatMap((tenant) => tenantPlanLines(tenant, view));
}

function doneText(done: TenantPruneResult): string {
  const { packsDeleted, bytesFreed, bytesWritten, sessionsFenced, waitsFor } = done;
  if (packsDeleted + sessionsFenced + waitsFor.length === 0 && bytesWritten === 0) return 'nothing to delete';
  return (
    `${formatNumberOf(packsDeleted, 'pack')} deleted, ${formatBytes(bytesFreed)} freed, ` +
    `${formatBytes(bytesWritten)} written, ${formatNumberOf(sessionsFenced, 'backup')} ended`
  );
}

/** Lines that say what a prune did: one for each tenant, and what it came to. */
export function pruneResultLines(result: PruneResult, colors: Colors): readonly string[] {
  const { green, yellow } = colors;
  const lines = result.tenants.map((done) => {
    const waits = done.waitsFor.length;
    const verdict = waits === 0 ? green('ok') : yellow(`partial, waits for ${formatNumberOf(waits, 'backup')}`);
    return `prune of ${displayText(done.tenant)}: ${verdict}; ${doneText(done)}`;
  });
  const less = result.tenants.reduce((sum, done) => sum + done.bytesFreed - done.bytesWritten, 0);
  return [...lines, `${formatBytes(Math.max(0, less))} less than before, in ${formatDuration(result.durationMs)}`];
}

/** Lines that say which backups a round waits for, and what may be done about it. Empty when there are none. */
export function waitingLines(result: PruneResult, nowMs: number): readonly string[] {
  const waiting = result.tenants.filter(({ waitsFor }) => waitsFor.length > 0);
  if (waiting.length === 0) return [];
  return [
    ...waiting.flatMap(({ tenant, waitsFor }) => [
      `A round of ${displayText(tenant)} waits for ${formatNumberOf(waitsFor.length, 'backup')} that did not end:`,
      ...waitsFor.map((open) => `  ${openBackupLine(open, nowMs)}`),
    ]),
    'The next prune goes on with the round, and deletes then what nobody needs.',
  ];
}

/** The way out when a round waits. */
export const END_DEAD_BACKUPS =
  'If no backup is running any more, end what is left of it now with `holdfast backup prune --fence-after 0s`. ' +
  'A backup that does run has to begin anew then.';
