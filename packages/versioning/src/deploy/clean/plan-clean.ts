import { explain, planRetention, presets, type RetentionItem, type RetentionPolicy } from '@x/retention';
import { VersioningError } from '../../errors.ts';
import type { DeployedRelease } from '../layout/model.ts';

/** Options of {@link planClean}. */
export interface PlanCleanOptions {
  /** What is kept of good releases. Default: the last 5. */
  readonly policy?: RetentionPolicy | undefined;
  /** How many days failed ones are kept as evidence, from 1 on. Default: 7. */
  readonly failedAfterDays?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The versions that processes work in, by their ids: of `findLiveReleases`, or of a service. */
  readonly live: ReadonlyMap<number, string>;
  /** Whether there may be processes that were not seen: of `findLiveReleases`. It is said beside what is removed. Default: `false`. */
  readonly isPartial?: boolean | undefined;
}

/** What becomes of one release. */
export interface CleanDecision {
  readonly version: string;
  readonly keep: boolean;
  /** For people. */
  readonly reason: string;
}

/** What {@link applyClean} will remove, and why. */
export interface CleanPlan {
  readonly decisions: readonly CleanDecision[];
  /** What deserves a second look, for people. */
  readonly warnings: readonly string[];
}

/** Days that failed releases, and evidence of failures, are kept. */
export const FAILED_DAYS = 7;

const UNSEEN =
  'Not every process can be seen (only those of the same user, on Linux): make sure that none works in a release that goes.';

/**
 * Decides which releases go, with every reason. Nothing is removed.
 *
 * Never removed are the current one, the good one before it, one with a live process (and the good one before that), and the newest good one. Of the other good ones the policy
 * decides; those that failed, were rolled back or never became active are kept for some days.
 *
 * @param releases Of `releaseStates(layout).list()`.
 * @throws {VersioningError} `INVALID_OPTION` for days that are no whole number from 1 on; {RetentionError} `INVALID_POLICY`.
 * @example
 * ```ts
 * import { deployLayout, findLiveReleases, planClean, releaseStates } from '@x/versioning/deploy';
 *
 * const layout = deployLayout({ root: '/srv/shop' });
 * const { byProcess: live } = await findLiveReleases(layout);
 * const { decisions } = planClean(await releaseStates(layout).list(), { now: Date.now(), live });
 * for (const { version, keep, reason } of decisions) console.log(keep ? 'keep' : 'remove', version, reason);
 * ```
 */
export function planClean(releases: readonly DeployedRelease[], options: PlanCleanOptions): CleanPlan {
  const { policy = presets.releases, failedAfterDays = FAILED_DAYS, now, live, isPartial = false } = options;
  if (!Number.isSafeInteger(failedAfterDays) || failedAfterDays < 1)
    throw new VersioningError('INVALID_OPTION', `Expected failedAfterDays to be 1 or more, got ${failedAfterDays}`);
  const items = releases.map((release) => itemOf(release, live));
  const failed: RetentionPolicy = {
    name: 'failed releases',
    previousGood: true,
    kinds: { failed: `${failedAfterDays}d` },
  };
  const decisions = planRetention(items, [policy, failed], {
    now,
    timeZone: 'UTC',
    groupBy: [],
    // Where none is good, nothing is lost.
    allowRemovingAll: !items.some(({ good }) => good),
  });
  const isUnsure = isPartial && decisions.some(({ keep }) => !keep);
  return {
    decisions: decisions.map((each) => ({ version: each.id, keep: each.keep, reason: explain(each) })),
    warnings: isUnsure ? [UNSEEN] : [],
  };
}

function itemOf(release: DeployedRelease, live: ReadonlyMap<number, string>): RetentionItem {
  const { version, state, isCurrent, activatedAt, changedAt, bytes } = release;
  const process = [...live].find(([, each]) => each === version)?.[0];
  const isGood = state === 'good' || state === 'active';
  return {
    id: version,
    time: isGood ? (activatedAt ?? changedAt) : changedAt,
    good: isGood,
    kind: isGood ? 'good' : 'failed',
    bytes,
    inUse: isCurrent ? 'releases/current' : process !== undefined && `process ${process}`,
  };
}
