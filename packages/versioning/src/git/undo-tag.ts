import type { ApplyGitOptions } from './apply-tag.ts';
import { removeTag } from './remove-tag.ts';
import { refuseOther, type TagPlan } from './plan-tag.ts';
import { readTag } from './read-tag.ts';

/**
 * Removes the tag of a plan from this repository, and no other: not one that has its name since.
 *
 * Whether it was pushed is for the caller to know: tags that others have must stay.
 *
 * @returns Whether it was there.
 * @throws {VersioningError} `TAG_EXISTS` when another tag has the name; `GIT_LOCKED`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function undoTag(plan: TagPlan, { signal }: ApplyGitOptions = {}): Promise<boolean> {
  const git = { folder: plan.root, signal };
  const tag = await readTag(plan.name, git);
  if (tag === undefined) return false;
  refuseOther(tag, plan);
  await removeTag(plan.name, tag.object, git);
  return true;
}
