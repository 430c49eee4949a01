import { VersioningError } from '../errors.ts';
import { applyFileChanges } from '../files/apply-file-changes.ts';
import type { FileChange } from '../files/file-change.ts';
import { readWorkspaceFile } from '../files/workspace-file.ts';
import { type AppliedCommit, applyCommit } from '../git/apply-commit.ts';
import type { CommitPlan } from '../git/plan-commit.ts';

/** What is committed: files of a folder, which have been changed already. */
export interface CommitFiles {
  readonly folder: string;
  readonly files: readonly FileChange[];
  readonly plan: CommitPlan;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Commits the files of a release. A hook may look at them, but not make others of them: they would no longer be what was planned, and packed
 * sizes would be wrong. What such a hook has written is taken back, so that the commit can be.
 *
 * @throws {VersioningError} `FILE_CHANGED` for a hook that changes files; those of `applyCommit`.
 */
export async function commitFiles({ folder, files, plan, signal }: CommitFiles): Promise<AppliedCommit> {
  const applied = await applyCommit(plan, { signal });
  const others = await changedByHook(folder, files);
  if (others.length === 0) return applied;
  await applyFileChanges(folder, others);
  const named = others.map(({ path }) => path).join(', ');
  throw new VersioningError(
    'FILE_CHANGED',
    `Expected hooks that leave files as they are, got other texts of ${named}`,
    {
      hint: 'Leave these files out of what the hook formats, as in .prettierignore, and release again.',
    },
  );
}

/** Files that are something else than planned, as changes back to that. */
async function changedByHook(folder: string, files: readonly FileChange[]): Promise<readonly FileChange[]> {
  const found = await Promise.all(
    files.map(async ({ path, after }) => ({ path, before: (await readWorkspaceFile(folder, path)).text, after })),
  );
  return found.filter(({ before, after }) => before !== after);
}
