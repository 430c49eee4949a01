import { VersioningError } from '../errors.ts';
import { applyTag } from '../git/apply-tag.ts';
import { planTag, type TagPlan } from '../git/plan-tag.ts';
import { pushRelease } from '../git/push-release.ts';
import { readStatus } from '../git/read-status.ts';
import { refuseDirty } from '../git/release-state.ts';
import { undoTag } from '../git/undo-tag.ts';
import type { ReleasePlan } from './plan.ts';
import type { StepResults } from './steps.ts';

/** The line of a tag's message that names the manifest. */
const TRAILER = 'Holdfast-Release';

/** The digest of the manifest that a tag's message names; none in one that somebody else has made. */
export function manifestOfTag(message: string): string | undefined {
  // Only the last paragraph is ours; notes above it may say anything.
  const last =
    message
      .trimEnd()
      .split(/\n{2,}/)
      .at(-1) ?? '';
  return new RegExp(`^${TRAILER}: (sha256:[0-9a-f]{64})$`).exec(last)?.[1];
}

/** What the steps about tags know of the ones before. */
export interface GitWork {
  readonly plan: ReleasePlan;
  readonly results: Partial<StepResults>;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the tag, or finds that it is made. */
export async function makeTag(work: GitWork): Promise<StepResults['tag']> {
  const { object } = await applyTag(await tagPlanOf(work), { signal: work.signal });
  return { object };
}

/** Removes the tag, if it is there and is the one that was made. */
export async function unmakeTag(work: GitWork): Promise<void> {
  if (work.results.manifest === undefined) return;
  await undoTag(await tagPlanOf(work), { signal: work.signal });
}

/** The same each time: name, message and time are those of the plan. */
async function tagPlanOf({ plan, results, signal }: GitWork): Promise<TagPlan> {
  const { root, tag, release } = plan;
  if (tag === undefined || results.manifest === undefined) throw new Error('A release without tag has no such step');
  return planTag({
    checkout: { root, ...(await readStatus({ folder: root, signal })) },
    name: tag.name,
    message: `${tag.message}\n\n${TRAILER}: ${results.manifest.digest}\n`,
    dateMs: Date.parse(release.createdAt),
    commit: commitOf({ plan, results }),
    sign: tag.isSigned,
    // Both were looked at when the release was planned.
    allowDirty: true,
    allowDetached: true,
    signal,
  });
}

/** The commit of a release. */
export const commitOf = ({ plan, results }: Pick<GitWork, 'plan' | 'results'>): string =>
  results.commit?.commit ?? plan.basis.commit;

/**
 * Refuses to pack another tree than that of the release's commit: somebody may have worked there since the run was killed.
 *
 * @throws {VersioningError} `HEAD_MOVED`, `DIRTY_TREE`.
 */
export async function refuseOtherTree({ plan, results, signal }: GitWork): Promise<void> {
  const checkout = await readStatus({ folder: plan.root, signal });
  const expected = commitOf({ plan, results });
  if (checkout.commit !== expected) {
    throw new VersioningError('HEAD_MOVED', `Expected the commit ${expected} of the release, got ${checkout.commit}`, {
      hint: 'Check that commit out again and go on, or undo the release.',
    });
  }
  refuseDirty(checkout, plan.basis.isDirty);
}

/** Pushes branch and tag, or asks the remote whether it would take them. */
export async function pushAll(work: GitWork, { isRehearsal }: { readonly isRehearsal: boolean }): Promise<void> {
  const { plan, results, signal } = work;
  const { push, root } = plan;
  if (push === undefined || results.tag === undefined) throw new Error('A release that is not pushed has no such step');
  const { remote, branch, tag } = push;
  await pushRelease({
    folder: root,
    remote,
    tag: { name: tag, object: results.tag.object },
    branch: branch === undefined ? undefined : { name: branch, commit: commitOf(work) },
    isRehearsal,
    signal,
  });
}
