import { type DeployFact, rollbacksOf } from '../objectives/facts.ts';
import type { RestoreFact } from '../objectives/contract.ts';
import type { BackupAttempt } from './attempts.ts';
import type { BackupFigures, ReleaseFact, ReleaseFigures, RestoreFigures } from './contract.ts';

const DAY_MS = 86_400_000;

/** The mean of what is known; `null` of nothing. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** ISO 8601 of the latest; `null` of none. */
function latest(moments: readonly number[]): string | null {
  const ms = moments.reduce((most, each) => Math.max(most, each), -Infinity);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

/** Backups in numbers. */
export function backupFigures(attempts: readonly BackupAttempt[], nowMs: number): BackupFigures {
  const made = attempts.filter(({ isMade }) => isMade);
  const failed = attempts.filter(({ isMade }) => !isMade);
  return {
    total_count: attempts.length,
    last_24h: attempts.filter(({ atMs }) => atMs > nowMs - DAY_MS && atMs <= nowMs).length,
    failed_count: failed.length,
    avg_duration_ms: mean(made.map(({ durationMs }) => durationMs)),
    avg_size_bytes: mean(made.map(({ bytes }) => bytes)),
    last_success: latest(made.map(({ atMs }) => atMs)),
    last_failure: latest(failed.map(({ atMs }) => atMs)),
  };
}

/** Restores in numbers. */
export function restoreFigures(restores: readonly RestoreFact[]): RestoreFigures {
  const well = restores.filter(({ status }) => status === 'ok');
  return {
    total_count: restores.length,
    success_count: well.length,
    failed_count: restores.length - well.length,
    success_rate: restores.length === 0 ? null : well.length / restores.length,
    avg_ttr_ms: mean(well.map(({ durationMs }) => durationMs)),
    last_restore: latest(restores.map(({ at }) => Date.parse(at))),
  };
}

const endOf = ({ endedAt, startedAt }: DeployFact): number => Date.parse(endedAt ?? startedAt);

/** Releases and deploys in numbers. */
export function releaseFigures(releases: readonly ReleaseFact[], told: readonly DeployFact[]): ReleaseFigures {
  const deploys = [...new Map(told.map((each) => [each.id, each])).values()];
  const succeeded = deploys
    .filter(({ outcome, kind }) => outcome === 'succeeded' && kind !== 'restart')
    .toSorted((a, b) => endOf(b) - endOf(a) || (a.id < b.id ? -1 : 1));
  const rollbacks = rollbacksOf(deploys).filter(({ isDone }) => isDone);
  return {
    total_count: new Set(releases.map(({ version }) => version)).size,
    active_version: succeeded[0]?.version ?? null,
    rollback_count: rollbacks.length,
    last_deploy: latest(succeeded.filter(({ kind }) => kind === 'deploy').map(endOf)),
    last_rollback: latest(rollbacks.map(({ at }) => Date.parse(at))),
  };
}
