import type { PlanReleaseOptions, Release, ReleasePlan } from '@x/versioning';
import type { Context } from '../program/context.ts';
import { releaseFailure } from './release-failure.ts';
import { releaseProgress } from './release-progress.ts';
import { openReleases } from './releases.ts';

/** A release that was made, and where it is. */
export interface MadeRelease {
  readonly release: Release;
  readonly plan: ReleasePlan;
  readonly store: string;
}

/** How a release is made. */
export interface MakingRelease {
  /** As `openReleases` takes it. */
  readonly push?: string | boolean | undefined;
  /** What is asked of it. @param migrations Folder of its migrations, relative to what is released. */
  readonly wanted: (migrations: string | undefined) => Promise<PlanReleaseOptions>;
}

/** Plans a release and makes it. @throws {CliError} `USAGE`; {VersioningError} those of planning and making, with what was left. */
export async function makeRelease(context: Context, { push, wanted }: MakingRelease): Promise<MadeRelease> {
  const progress = releaseProgress(context.messages);
  const { manager, workspace, store, checkPlace, prepare } = await openReleases(context, {
    signs: true,
    push,
    onEvent: progress.onEvent,
  });
  await checkPlace();
  const asked = await wanted(workspace.migrations);
  const plan = await context.timed('plan the release', () => manager.planRelease(asked));
  const { version, reason } = plan.release;
  context.messages.detail(`${plan.release.name}: ${reason}`);
  await prepare();
  try {
    const release = await context.timed('release', () => manager.createRelease(plan, { signal: context.signal }));
    return { release, plan, store };
  } catch (error) {
    progress.end();
    throw await releaseFailure(context, error, { manager, version, hasBegun: progress.hasBegun });
  } finally {
    progress.end();
  }
}
