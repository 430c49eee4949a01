import { VersioningError } from '../../errors.ts';
import { median } from '../../release/metrics.ts';
import type { Deployment } from '../run/contract.ts';
import { endOf, inTimeOrder, type LiveChange, liveChanges, rollbacksIn, startOf, wentLive } from './changes.ts';
import { quantile } from './quantile.ts';

/** Options of {@link deployMetrics}. */
export interface DeployMetricsOptions {
  /** Milliseconds since 1970: the end of the time that is looked at. */
  readonly now: number;
  /** How long it is, in milliseconds. Default: 90 days. */
  readonly windowMs?: number | undefined;
  /** Only this channel. Default: all, and each of them. */
  readonly channel?: string | undefined;
  /** What a rollback may take, in milliseconds. Default: 15 minutes. */
  readonly objectiveMs?: number | undefined;
}

/** How long rollbacks took, against what they may take. */
export interface RollbackMetrics {
  readonly count: number;
  /** Those among them that a failed check has set off. */
  readonly automatic: number;
  readonly failed: number;
  readonly objectiveMs: number;
  /** Those that succeeded in time. */
  readonly withinObjective: number;
  /** Those that succeeded in time, of all: 0 to 1. None without a rollback. */
  readonly withinObjectiveRate?: number | undefined;
  /** Of those that succeeded, in milliseconds. */
  readonly medianMs?: number | undefined;
  readonly longestMs?: number | undefined;
  /** Ids of those that failed or took longer than they may. */
  readonly missed: readonly string[];
}

/** The four keys of one channel, or of all. What can't be said is missing. */
export interface ChannelMetrics {
  /** Deploys that went live and stayed as long as nobody took them back. */
  readonly deploys: number;
  /** Deploys that ended before they went live: nobody met them. */
  readonly blocked: number;
  readonly restarts: number;
  /** Deployment frequency: deploys a week. */
  readonly deploysPerWeek: number;
  /** Deploys that went live and failed, or were taken back. */
  readonly failures: number;
  /** Change failure rate: those of all that went live, 0 to 1. */
  readonly changeFailureRate?: number | undefined;
  /** Change lead time: from the median commit of a release to the end of its deploy, in milliseconds. */
  readonly leadTime: { readonly medianMs?: number | undefined; readonly p90Ms?: number | undefined };
  /** Time to restore: from a failed change going live to the end of what cured it, in milliseconds. */
  readonly timeToRestore: {
    readonly medianMs?: number | undefined;
    readonly longestMs?: number | undefined;
    /** Failures that nothing has cured yet. */
    readonly open: number;
  };
  readonly rollback: RollbackMetrics;
}

/** What a history of deploys comes to. */
export interface DeployMetrics {
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  readonly overall: ChannelMetrics;
  /** In the order of their names. */
  readonly channels: readonly (ChannelMetrics & { readonly channel: string })[];
}

const DAY_MS = 86_400_000;
const WINDOW_MS = 90 * DAY_MS;
const OBJECTIVE_MS = 15 * 60_000;
/** What dates can say: ECMA-262, "Time Values and Time Range". */
const LATEST_MS = 8.64e15;

/**
 * The four keys of DORA (https://dora.dev/guides/dora-metrics-four-keys/) and how long rollbacks took. What began in the time that is looked at
 * counts; what cured a failure may have come later. Pure: the same history, in whatever order, gives the same numbers.
 *
 * - Deployment frequency: deploys that succeeded ÷ weeks.
 * - Change lead time: median and 90th percentile of (end of the deploy − median commit of its release), of those that succeeded.
 * - Change failure rate: deploys that went live and failed, were rolled back, or were followed by a rollback from them ÷ deploys that went live. One that its
 *   pre-checks stopped never went live, and is `blocked`.
 * - Time to restore (failed deployment recovery time): median of (end of the deploy or rollback that cured it − the switch to what failed). So it includes
 *   the time in which nobody has noticed.
 *
 * @throws {VersioningError} `INVALID_OPTION` for times that are none.
 * @example
 * ```ts
 * import { deployMetrics } from '@x/versioning/deploy';
 *
 * const { overall } = deployMetrics([], { now: Date.now(), windowMs: 30 * 86_400_000 });
 * console.log(overall.deploysPerWeek, overall.changeFailureRate); // 0 undefined
 * ```
 */
export function deployMetrics(history: readonly Deployment[], options: DeployMetricsOptions): DeployMetrics {
  const { now, windowMs = WINDOW_MS, channel, objectiveMs = OBJECTIVE_MS } = options;
  checkTime('now', now);
  checkTime('windowMs', windowMs, 1);
  checkTime('objectiveMs', objectiveMs);
  const known = inTimeOrder(history).filter((each) => channel === undefined || each.channel === channel);
  const period = { from: now - windowMs, to: now, objectiveMs };
  const byChannel = Map.groupBy(known, (each) => each.channel);
  const names = [...byChannel.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  // What happens to one channel cures nothing in another.
  const facts = names.map((name) => factsOf(byChannel.get(name) ?? [], period));
  const all: Facts = { began: facts.flatMap((each) => each.began), changes: facts.flatMap((each) => each.changes) };
  return {
    from: new Date(Math.max(-LATEST_MS, period.from)).toISOString(),
    to: new Date(period.to).toISOString(),
    overall: summary(all, period),
    channels: names.map((name, index) => ({ channel: name, ...summary(facts[index] ?? all, period) })),
  };
}

function checkTime(name: string, value: number, least = 0): void {
  if (Number.isFinite(value) && value >= least && value <= LATEST_MS) return;
  throw new VersioningError('INVALID_OPTION', `Expected ${name} to be milliseconds, got ${value}`);
}

interface Period {
  readonly from: number;
  readonly to: number;
  readonly objectiveMs: number;
}

/** What happened in the time that is looked at. */
interface Facts {
  readonly began: readonly Deployment[];
  readonly changes: readonly LiveChange[];
}

function factsOf(ordered: readonly Deployment[], { from, to }: Period): Facts {
  const isIn = (each: Deployment): boolean => startOf(each) > from && startOf(each) <= to;
  return {
    began: ordered.filter(isIn),
    changes: liveChanges(ordered).filter(({ deployment }) => isIn(deployment)),
  };
}

function summary({ began, changes }: Facts, period: Period): ChannelMetrics {
  const failures = changes.filter(({ isFailed }) => isFailed);
  const deploys = changes.filter(({ deployment }) => deployment.outcome === 'succeeded');
  const ended = began.filter((each) => endOf(each) !== undefined && each.outcome !== 'undone');
  const leadTimes = deploys.flatMap(leadTimeOf);
  const restoring = failures.flatMap(({ liveMs, restoredMs }) =>
    restoredMs === undefined ? [] : [restoredMs - liveMs],
  );
  return {
    deploys: deploys.length,
    blocked: ended.filter((each) => each.kind === 'deploy' && !wentLive(each)).length,
    restarts: ended.filter(({ kind }) => kind === 'restart').length,
    deploysPerWeek: deploys.length / ((period.to - period.from) / (7 * DAY_MS)),
    failures: failures.length,
    changeFailureRate: changes.length === 0 ? undefined : failures.length / changes.length,
    leadTime: { medianMs: median(leadTimes), p90Ms: quantile(leadTimes, 0.9) },
    timeToRestore: {
      medianMs: median(restoring),
      longestMs: quantile(restoring, 1),
      open: failures.length - restoring.length,
    },
    rollback: rollbackMetrics(rollbacksIn(ended), period.objectiveMs),
  };
}

/** Commits from a clock that is ahead count as made at the end of the deploy. */
function leadTimeOf({ deployment, endedMs }: LiveChange): readonly number[] {
  const committed = Date.parse(deployment.committedAt ?? '');
  return Number.isNaN(committed) ? [] : [Math.max(0, endedMs - committed)];
}

function rollbackMetrics(rollbacks: readonly Deployment[], objectiveMs: number): RollbackMetrics {
  const took = (each: Deployment): number => (endOf(each) ?? startOf(each)) - startOf(each);
  const succeeded = rollbacks.filter(({ outcome }) => outcome === 'succeeded');
  const inTime = new Set(succeeded.filter((each) => took(each) <= objectiveMs));
  const durations = succeeded.map(took);
  return {
    count: rollbacks.length,
    automatic: rollbacks.filter(({ kind }) => kind === 'automatic-rollback').length,
    failed: rollbacks.length - succeeded.length,
    objectiveMs,
    withinObjective: inTime.size,
    withinObjectiveRate: rollbacks.length === 0 ? undefined : inTime.size / rollbacks.length,
    medianMs: median(durations),
    longestMs: quantile(durations, 1),
    missed: rollbacks.filter((each) => !inTime.has(each)).map(({ id }) => id),
  };
}
