import semver from 'semver';
import { VersioningError } from '../errors.ts';
import type { Checkout } from '../git/checkout.ts';
import { readCheckout } from '../git/read-checkout.ts';
import { shallowClone } from '../git/read-commits.ts';
import { readTags, type VersionTag } from '../git/read-tags.ts';
import { refuseDetached, refuseDirty } from '../git/release-state.ts';
import { type HistoryState, runOf } from './history-state.ts';
import type { PlanReleaseOptions } from './plan-options.ts';
import type { KnownWorkspace } from './workspace.ts';

/** What a release is planned on. */
export interface Basis {
  readonly checkout: Checkout;
  /** Tags of versions that the commit has in its past, newest version first. */
  readonly tags: readonly VersionTag[];
  /** The highest version of these, and of releases without a tag. */
  readonly latest: string | undefined;
}

/**
 * Reads what a release is planned on, and refuses a checkout that none can be made of.
 *
 * @throws {VersioningError} `SHALLOW_CLONE`, `DIRTY_TREE`, `DETACHED_HEAD`, `OTHER_BRANCH`, `NO_COMMITS`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readBasis(
  { folder, tagPrefix, branches }: KnownWorkspace,
  history: HistoryState,
  { allowDirty, signal, tag, commit }: PlanReleaseOptions,
): Promise<Basis> {
  const git = { folder, signal };
  const checkout = await readCheckout(git);
  if (checkout.isShallow) throw shallowClone();
  // Without a commit and a tag, nothing has to be on a branch.
  refuseDetached(checkout, tag === false && commit === false);
  refuseDirty(checkout, allowDirty);
  const { branch } = checkout;
  if (branches !== undefined && (branch === undefined || !branches.includes(branch)))
    throw otherBranch(branch, branches);
  const tags = await readTags({ ...git, prefix: tagPrefix, merged: 'HEAD' });
  const untagged = [...history.releases.values()].filter((release) => release.tag === undefined);
  const versions = [...tags, ...untagged].map(({ version }) => version);
  return { checkout, tags, latest: versions.toSorted(semver.compareBuild).at(-1) };
}

/**
 * Refuses a version that is taken: released, or being released.
 *
 * @throws {VersioningError} `RELEASE_EXISTS`, `RELEASE_UNDER_WAY`.
 */
export function refuseTaken(history: HistoryState, version: string): void {
  const released = history.releases.get(version);
  if (released !== undefined) {
    const { createdBy, releasedAt, status } = released;
    throw new VersioningError(
      'RELEASE_EXISTS',
      `Expected a version that is not released, got ${version}, ${status} by ${createdBy} on ${releasedAt.slice(0, 10)}`,
      { hint: 'Releases never change, and yanked ones stay: release a higher version.' },
    );
  }
  const run = runOf(history, version);
  if (run === undefined) return;
  const { owner, since } = run;
  throw new VersioningError(
    'RELEASE_UNDER_WAY',
    `Expected a version that nobody releases, got ${version}, which ${owner.by} releases on ${owner.host} since ${since}`,
    {
      hint: 'Wait for it, or look at `holdfast release status`; `holdfast release resume` goes on with one that was killed, or undoes it.',
    },
  );
}

function otherBranch(branch: string | undefined, branches: readonly string[]): VersioningError {
  return new VersioningError(
    'OTHER_BRANCH',
    `Expected the branch ${branches.join(' or ')}, got ${branch ?? 'a detached HEAD'}`,
    { hint: 'Switch to it, or allow this one in the configuration of releases.' },
  );
}
