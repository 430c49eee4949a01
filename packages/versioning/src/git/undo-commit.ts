import { headMoved, headOn, isOfPlan } from './apply-commit.ts';
import type { ApplyGitOptions } from './apply-tag.ts';
import { changedBetween, stagedSince, unstage } from './committed-files.ts';
import type { CommitPlan } from './plan-commit.ts';
import { readCommit } from './read-commit.ts';
import { askGit, runGit } from './run-git.ts';

/**
 * Takes back a commit that {@link applyCommit} has made: the branch goes back to the commit before.
 *
 * Files in the folder stay as they are, so that what was committed is changed, not lost. Entries of the index go back to the commit
 * before, too, but not those that were staged since. May be called again after a kill. Whether the commit was pushed is for the
 * caller to know.
 *
 * @param commit What {@link applyCommit} returned as `commit`.
 * @returns Whether the branch was moved.
 * @throws {VersioningError} `HEAD_MOVED` when the checkout is at neither of the two; `GIT_LOCKED`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function undoCommit(plan: CommitPlan, commit: string, { signal }: ApplyGitOptions = {}): Promise<boolean> {
  const git = { folder: plan.root, signal };
  const head = await headOn(plan, git);
  if (commit === plan.parent) return false;
  const isThere = head === commit && (await readCommit(commit, git)).parents.join() === plan.parent;
  if (!isThere && head !== plan.parent) throw headMoved(plan, head);
  // Another machine may have made it, whose checkout is gone with it.
  if (!isThere && (await askGit(['cat-file', '-e', `${commit}^{commit}`], git)).code !== 0) return false;
  const paths = await changedBetween(plan.parent, commit, git);
  const staged = new Set(await stagedSince(commit, paths, git));
  // Git compares under its own lock, so a commit that comes between is not lost.
  if (isThere) await runGit(['update-ref', '-m', `reset: undo ${commit}`, 'HEAD', plan.parent, commit], git);
  await unstage(
    paths.filter((path) => !staged.has(path)),
    git,
  );
  return isThere;
}

/**
 * Takes back what a commit has left whose making was cut short: nothing, entries of new files in the index, or the commit itself.
 *
 * @returns Whether the branch was moved.
 * @throws {VersioningError} `HEAD_MOVED`, `GIT_LOCKED`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function undoCutCommit(plan: CommitPlan, { signal }: ApplyGitOptions = {}): Promise<boolean> {
  const git = { folder: plan.root, signal };
  const head = await headOn(plan, git);
  if (head === plan.parent) {
    await unstage(plan.files, git);
    return false;
  }
  if (!(await isOfPlan(head, plan, git))) throw headMoved(plan, head);
  const wasThere = await undoCommit(plan, head, { signal });
  // A hook may have staged what it made of them.
  await unstage(plan.files, git);
  return wasThere;
}
