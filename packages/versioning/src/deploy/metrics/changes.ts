import type { Deployment } from '../run/contract.ts';

/** A deploy that went live, and what became of it. */
export interface LiveChange {
  readonly deployment: Deployment;
  /** When it went live, in milliseconds since 1970. */
  readonly liveMs: number;
  readonly endedMs: number;
  readonly isFailed: boolean;
  /** When service was good again after it failed; none as long as it is not. */
  readonly restoredMs?: number | undefined;
}

/** Oldest first; what began at the same time, by id: whatever order a history comes in, it is one history. */
export function inTimeOrder(history: readonly Deployment[]): readonly Deployment[] {
  return history
    .filter(({ startedAt }) => !Number.isNaN(Date.parse(startedAt)))
    .toSorted((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Milliseconds since 1970. */
export function startOf({ startedAt }: Deployment): number {
  return Date.parse(startedAt);
}

/** When it ended; none of one that runs. Clocks that were set back make none end before it began. */
export function endOf(deployment: Deployment): number | undefined {
  const { outcome, endedAt, ms } = deployment;
  if (outcome === 'running') return undefined;
  const start = startOf(deployment);
  const end = endedAt === undefined ? Number.NaN : Date.parse(endedAt);
  if (!Number.isNaN(end)) return Math.max(start, end);
  return ms === undefined || !Number.isFinite(ms) ? undefined : start + Math.max(0, ms);
}

/** Whether a deploy has been what users met, if only for a moment. */
export function wentLive({ kind, outcome, steps }: Deployment): boolean {
  if (kind !== 'deploy') return false;
  if (outcome === 'succeeded' || outcome === 'rolled-back') return true;
  return steps.some(({ step, outcome: done }) => step === 'switch' && (done === 'done' || done === 'undone'));
}

/** The deploys of one channel that went live, with what became of them. `ordered` has one channel, oldest first. */
export function liveChanges(ordered: readonly Deployment[]): readonly LiveChange[] {
  return ordered.flatMap((deployment, index) => {
    const endedMs = endOf(deployment);
    // One that was taken back on purpose after a kill is neither a success nor a failure.
    if (endedMs === undefined || deployment.outcome === 'undone' || !wentLive(deployment)) return [];
    const later = ordered.slice(index + 1);
    const isFailed = deployment.outcome !== 'succeeded' || wasTakenBack(deployment, later);
    const restoredMs = isFailed ? restoredAt(deployment, endedMs, later) : undefined;
    return [{ deployment, liveMs: liveAt(deployment, endedMs), endedMs, isFailed, restoredMs }];
  });
}

/** When users met it: when the switch was made, as far as that was written down. */
function liveAt(deployment: Deployment, endedMs: number): number {
  const step = deployment.steps.find((each) => each.step === 'switch');
  const at = step === undefined ? Number.NaN : Date.parse(step.at);
  return Number.isNaN(at) ? startOf(deployment) : Math.min(endedMs, Math.max(startOf(deployment), at));
}

/** Whether the next that happened to the channel was a way back from it. */
function wasTakenBack({ version }: Deployment, later: readonly Deployment[]): boolean {
  const next = later.find((each) => each.kind !== 'restart' && (wentLive(each) || isRollback(each)));
  return next !== undefined && isRollback(next) && (next.from ?? version) === version;
}

export const isRollback = ({ kind }: Deployment): boolean => kind === 'rollback' || kind === 'automatic-rollback';

/** Rollbacks on purpose, and those of deploys that went back by themselves, with or without a record of their own. */
export function rollbacksIn(ended: readonly Deployment[]): readonly Deployment[] {
  const recorded = new Set(ended.filter(({ kind }) => kind === 'automatic-rollback').map(({ from }) => from));
  return ended.flatMap((each): readonly Deployment[] => {
    if (isRollback(each)) return [each];
    const { outcome, wayBack, version } = each;
    const end = endOf(each);
    if (outcome !== 'rolled-back' || wayBack === undefined || end === undefined || recorded.has(version)) return [];
    const startedAt = new Date(end - wayBack.ms).toISOString();
    return [{ ...each, kind: 'automatic-rollback', outcome: 'succeeded', startedAt, ms: wayBack.ms }];
  });
}

/** The end of the first thing after it that went well; of a deploy that rolled itself back without a record of its own, its own end. */
function restoredAt(deployment: Deployment, endedMs: number, later: readonly Deployment[]): number | undefined {
  const rollback = later.find(isRollback);
  const hasOwnRecord = rollback?.kind === 'automatic-rollback' && rollback.from === deployment.version;
  if (deployment.outcome === 'rolled-back' && !hasOwnRecord) return endedMs;
  const cure = later.find((each) => each.outcome === 'succeeded' && each.kind !== 'restart');
  return cure === undefined ? undefined : endOf(cure);
}
