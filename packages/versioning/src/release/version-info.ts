import semver from 'semver';
import { readCheckout } from '../git/read-checkout.ts';
import { readTags } from '../git/read-tags.ts';
import { runGit } from '../git/run-git.ts';
import { channelOf } from './next-version.ts';
import type { KnownWorkspace } from './workspace.ts';

/** What lies in a workspace right now. */
export interface VersionInfo {
  /** The version; with commits since, or changes, its build metadata says so: `1.2.0+4.g3f2a91b.dirty`. `0.0.0` before the first release. */
  readonly version: string;
  readonly commit: string;
  readonly branch?: string | undefined;
  readonly channel: string;
  /** Build metadata: how many commits since the version, which commit, and `dirty`; none for exactly the release. */
  readonly build?: string | undefined;
  /** Whether anything is changed that is not committed. */
  readonly dirty: boolean;
  /** The newest tag in its past. */
  readonly tag?: string | undefined;
}

/**
 * What lies in a workspace: the newest version in its past, and how far it is from it.
 *
 * @throws {VersioningError} `NO_COMMITS`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readVersionInfo(
  { folder, tagPrefix }: KnownWorkspace,
  signal?: AbortSignal,
): Promise<VersionInfo> {
  const git = { folder, signal };
  const [{ commit, branch, isDirty }, tags] = await Promise.all([
    readCheckout(git),
    readTags({ ...git, prefix: tagPrefix, merged: 'HEAD' }),
  ]);
  const [newest] = tags.toSorted((a, b) => semver.compareBuild(b.version, a.version));
  const released = newest?.version ?? '0.0.0';
  const range = newest === undefined ? 'HEAD' : `${newest.commit}..HEAD`;
  const ahead = Number(await runGit(['rev-list', '--count', '--end-of-options', range], git));
  const isExact = newest !== undefined && ahead === 0 && !isDirty;
  const build = isExact ? undefined : [`${ahead}`, `g${commit.slice(0, 7)}`, ...(isDirty ? ['dirty'] : [])].join('.');
  const version = build === undefined ? released : `${released}${released.includes('+') ? '.' : '+'}${build}`;
  return { version, commit, branch, channel: channelOf(released), build, dirty: isDirty, tag: newest?.name };
}
