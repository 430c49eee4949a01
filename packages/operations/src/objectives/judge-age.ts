import { newestFirst } from '../drills/choose.ts';
import type { DrillSnapshot } from '../drills/contract.ts';
import type { JudgedTenant, ObjectiveJudgement } from './contract.ts';

/** What the age of a tenant's snapshots is held against. */
export interface AgeQuestion {
  readonly tenant: JudgedTenant;
  readonly objective: 'rpo-incremental' | 'rpo-full';
  readonly limitMs: number;
  /** Of this tenant. */
  readonly snapshots: readonly DrillSnapshot[];
  readonly nowMs: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Holds the age of the newest snapshot against what may be lost. Checkpoints have no content, and do not count. */
export function judgeAge({ tenant, objective, limitMs, snapshots, nowMs }: AgeQuestion): ObjectiveJudgement {
  const isFull = objective === 'rpo-full';
  const counted = snapshots.filter(({ kind }) => (isFull ? kind === 'full' : kind !== 'checkpoint'));
  const [newest] = newestFirst(counted);
  const base = { tenant: tenant.name, objective, limitMs, isEstimate: false } as const;
  const what = isFull ? 'full backup' : 'backup';
  const todo = `Back it up: holdfast backup create --tenant ${tenant.name}${isFull ? ' --kind full' : ''}; and look why no schedule does.`;
  if (newest === undefined) {
    const sinceMs = tenant.createdMs ?? snapshots.reduce((least, { madeMs }) => Math.min(least, madeMs), Infinity);
    const isNew = Number.isFinite(sinceMs) && nowMs - sinceMs <= limitMs;
    return {
      ...base,
      status: isNew ? 'unknown' : 'breached',
      valueMs: null,
      since: Number.isFinite(sinceMs) && !isNew ? iso(sinceMs + limitMs) : null,
      measuredAt: null,
      detail: `there is no ${what}`,
      todo,
    };
  }
  // A clock that is ahead makes nothing younger than now.
  const valueMs = Math.max(0, nowMs - newest.madeMs);
  const isMet = valueMs <= limitMs;
  const partial = newest.status === 'partial' ? ', which lacks what could not be read' : '';
  return {
    ...base,
    status: isMet ? 'met' : 'breached',
    valueMs,
    since: iso(isMet ? Math.min(newest.madeMs, nowMs) : newest.madeMs + limitMs),
    measuredAt: iso(nowMs),
    detail: `the newest ${what} is of ${iso(newest.madeMs)}${partial}`,
    todo: isMet ? null : todo,
  };
}
