import { VersioningError } from '../errors.ts';
import type { ApplyGitOptions } from './apply-tag.ts';
import { changedSince, LITERALLY, stagedSince, unstage, withoutEntry } from './committed-files.ts';
import { allSaid, gitFailure } from './git-failure.ts';
import { identityEnvironment, isSameIdentity } from './identity.ts';
import { withMessageFile } from './message.ts';
import type { CommitPlan } from './plan-commit.ts';
import { readBranch } from './read-branch.ts';
import { readCommit, readHead } from './read-commit.ts';
import { askGit, type GitAnswer, type GitOptions, runGit } from './run-git.ts';
import { type Signing, signingFailure } from './signing.ts';

/** A commit that is there. */
export interface AppliedCommit {
  /** Whether this call has made it: not where an earlier attempt had, or the files are in the commit before. */
  readonly created: boolean;
  readonly commit: string;
}

/**
 * Commits the files of a plan, as they are in the folder, and nothing else that is changed or staged. Hooks run.
 *
 * May be called again after a kill: a commit that is there already counts as made, and files that are as in the commit
 * before need none.
 *
 * @throws {VersioningError} `HEAD_MOVED` when the checkout is at another commit or branch; `COMMIT_REFUSED` with what a hook said;
 * `SIGNING_FAILED`; `GIT_LOCKED`, `GIT_NOT_FOUND`, `GIT_FAILED`, `WRITE_FAILED`.
 */
export async function applyCommit(plan: CommitPlan, { signal }: ApplyGitOptions = {}): Promise<AppliedCommit> {
  const git = { folder: plan.root, signal };
  const head = await headOn(plan, git);
  if (head !== plan.parent) {
    if (!(await isMade(head, plan, git))) throw headMoved(plan, head);
    // A git that was killed may have moved the branch, but not written its index.
    await unstage(await stagedSince(head, plan.files, git), git);
    return { created: false, commit: head };
  }
  if ((await changedSince(head, plan.files, git)).length === 0) return { created: false, commit: head };
  const added = await withoutEntry(plan.files, git);
  // A commit of some files takes none that git does not know.
  if (added.length > 0) await runGit([LITERALLY, 'add', '--intent-to-add', '--', ...added], git);
  const answer = await makeCommit(plan, git).catch(async (error: unknown) => {
    await asBefore(added, plan);
    throw error;
  });
  const commit = await readHead(git);
  if (answer.code !== 0) {
    // Of two at once, the slower one finds what the other has made.
    if (commit !== head && (await isMade(commit, plan, git))) return { created: false, commit };
    const failure = failureOf(answer, plan.signing);
    // Who has the lock may be making this very commit, and needs what was prepared.
    if (failure.code !== 'GIT_LOCKED') await asBefore(added, plan);
    throw failure;
  }
  if ((await readCommit(commit, git)).parents.join() !== plan.parent) throw headMoved(plan, commit);
  return { created: true, commit };
}

/** Takes back what was prepared for a commit that failed. What failed is told, not this. */
async function asBefore(added: readonly string[], { root }: CommitPlan): Promise<void> {
  await unstage(added, { folder: root }).catch(() => undefined);
}

/** Whether a commit is the one of a plan, and the files are still as in it. */
async function isMade(commit: string, plan: CommitPlan, options: GitOptions): Promise<boolean> {
  return (await isOfPlan(commit, plan, options)) && (await changedSince(commit, plan.files, options)).length === 0;
}

/** The commit that is checked out, on the branch of the plan. @throws {VersioningError} `HEAD_MOVED`. */
export async function headOn(plan: CommitPlan, options: GitOptions): Promise<string> {
  const [head, branch] = await Promise.all([readHead(options), readBranch(options)]);
  if (branch === plan.branch) return head;
  const told = (name: string | undefined): string => (name === undefined ? 'a detached HEAD' : `branch ${name}`);
  throw new VersioningError('HEAD_MOVED', `Expected ${told(plan.branch)}, got ${told(branch)}`, {
    hint: `Check out ${plan.branch ?? plan.parent} again, or plan anew.`,
  });
}

export function headMoved({ parent }: CommitPlan, head: string): VersioningError {
  return new VersioningError('HEAD_MOVED', `Expected HEAD at ${parent} or at the commit on it, got ${head}`, {
    hint: 'Somebody has committed since, or the files are no more those of the commit. Plan anew, or go back to that state.',
  });
}

/** Whether a commit is the one that a plan makes. A hook may have added to the message, such as an id of the change. */
export async function isOfPlan(commit: string, plan: CommitPlan, options: GitOptions): Promise<boolean> {
  const { parents, author, committer, message } = await readCommit(commit, options);
  return (
    parents.join() === plan.parent &&
    isSameIdentity(author, plan.author) &&
    isSameIdentity(committer, plan.committer) &&
    message.includes(plan.message.trim())
  );
}

function makeCommit(plan: CommitPlan, options: GitOptions): Promise<GitAnswer> {
  const environment = {
    ...identityEnvironment('AUTHOR', plan.author),
    ...identityEnvironment('COMMITTER', plan.committer),
  };
  // As magic of each path: what the option sets, hooks would inherit.
  const paths = plan.files.map((file) => `:(top,literal)${file}`);
  const command = ['-c', 'i18n.commitEncoding=UTF-8', 'commit', '--quiet', '--only', '--cleanup=verbatim'];
  return withMessageFile(plan.message, (file) =>
    askGit([...command, `--file=${file}`, signArgument(plan.signing), '--', ...paths], {
      ...options,
      environment,
    }),
  );
}

function signArgument(signing: Signing | undefined): string {
  if (signing === undefined) return '--no-gpg-sign';
  return signing.key === undefined ? '--gpg-sign' : `--gpg-sign=${signing.key}`;
}

/** With 1 ends a git whose hook did not let it go on; its own failures are 128. */
function failureOf(answer: GitAnswer, signing: Signing | undefined): VersioningError {
  const signed = answer.code === 1 ? undefined : signing && signingFailure(answer);
  if (signed !== undefined) return signed;
  if (answer.code !== 1) return gitFailure(['commit'], answer.complaints);
  const said = allSaid(answer.complaints) || 'nothing it said';
  return new VersioningError('COMMIT_REFUSED', `Expected a hook to let the commit be made, got: ${said}`, {
    hint: 'Correct what it complains about and go on. Hooks are in `git config core.hooksPath`, or in `.git/hooks`.',
  });
}
