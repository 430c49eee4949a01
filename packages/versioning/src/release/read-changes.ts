import { notesOfIntents } from '../intents/notes.ts';
import { readIntentCommits } from '../intents/intent-commits.ts';
import type { Intent } from '../intents/intent.ts';
import { readIntents } from '../intents/read-intents.ts';
import type { Basis } from './basis.ts';
import { type Changes, changesSince } from './changes.ts';
import { isPreReleaseVersion } from './next-version.ts';
import type { PlanReleaseOptions } from './plan-options.ts';
import type { KnownWorkspace } from './workspace.ts';

/** What is unreleased, with the intents that say it, if intents are used. */
export interface UnreleasedChanges extends Changes {
  readonly intents: readonly Intent[];
  /** The tag that they are compared with. */
  readonly since: string | undefined;
}

/** Whether a release is one that only some should use. */
export function isPreRelease({ version, channel, preRelease }: PlanReleaseOptions): boolean {
  if (version !== undefined) return isPreReleaseVersion(version);
  return (channel !== undefined && channel !== 'stable') || preRelease === true;
}

/**
 * What the release would bring: by its commits, or by intent files where the workspace uses them. A release for everybody has what
 * pre-releases before it had, too.
 *
 * @throws {VersioningError} `INVALID_INTENT`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readChanges(
  workspace: KnownWorkspace,
  { tags }: Pick<Basis, 'tags'>,
  options: PlanReleaseOptions,
): Promise<UnreleasedChanges> {
  const { folder, paths, titles, types, intents: directory, component } = workspace;
  const git = { folder, signal: options.signal };
  const isPre = isPreRelease(options);
  const counted = isPre ? tags : tags.filter(({ version }) => !isPreReleaseVersion(version));
  const changes = await changesSince({ ...git, paths, titles, types, tags: counted });
  const since = counted[0]?.name;
  if (directory === undefined) return { ...changes, intents: [], since };
  const intents = await readIntents({ folder, directory, types });
  const commits = await readIntentCommits({ ...git, directory });
  const channel = isPre ? (options.channel ?? 'pre') : undefined;
  const notes = notesOfIntents(intents, { package: component, channel, titles, types, commits });
  return { ...changes, ...notes, intents, since };
}
