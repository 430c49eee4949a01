import { removeTag } from './remove-tag.ts';
import { gitFailure } from './git-failure.ts';
import { identityEnvironment } from './identity.ts';
import { withMessageFile } from './message.ts';
import { refuseOther, type TagPlan } from './plan-tag.ts';
import { readTag } from './read-tag.ts';
import { askGit, type GitAnswer, type GitOptions } from './run-git.ts';
import { type Signing, signingFailure } from './signing.ts';

/** Options of what carries out a plan. */
export interface ApplyGitOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A tag that is there. */
export interface AppliedTag {
  /** Whether this call has made it: not where it was there before, from an earlier attempt or another process. */
  readonly created: boolean;
  /** Id of the tag. */
  readonly object: string;
}

/**
 * Makes the annotated tag of a plan, with the real `git tag`, and never in the place of another.
 *
 * May be called again after a kill: a tag without a signature gets the same id each time, and one that is there counts as made.
 *
 * @throws {VersioningError} `TAG_EXISTS` when another tag has come between; `SIGNING_FAILED`; `GIT_LOCKED`, `GIT_NOT_FOUND`,
 * `GIT_FAILED`, `WRITE_FAILED`.
 */
export async function applyTag(plan: TagPlan, { signal }: ApplyGitOptions = {}): Promise<AppliedTag> {
  const git = { folder: plan.root, signal };
  const before = await readTag(plan.name, git);
  if (before !== undefined) {
    refuseOther(before, plan);
    return { created: false, object: before.object };
  }
  const answer = await makeTag(plan, git);
  const after = await readTag(plan.name, git);
  const created = answer.code === 0;
  if (after === undefined) throw failureOf(answer, plan.signing);
  if (created && plan.signing !== undefined && !after.isSigned) {
    // Some versions of git make a tag without a signature when ssh-keygen fails.
    await removeTag(plan.name, after.object, git);
    throw failureOf(answer, plan.signing);
  }
  // Of two at once, the slower one finds what the other has made.
  refuseOther(after, plan);
  return { created, object: after.object };
}

function makeTag({ name, commit, message, tagger, signing }: TagPlan, git: GitOptions): Promise<GitAnswer> {
  const environment = identityEnvironment('COMMITTER', tagger);
  return withMessageFile(message, (file) =>
    // A changelog has headings, which would be comments but for `verbatim`.
    askGit(
      ['tag', '--annotate', '--cleanup=verbatim', `--file=${file}`, ...signArguments(signing), '--', name, commit],
      { ...git, environment },
    ),
  );
}

function signArguments(signing: Signing | undefined): readonly string[] {
  if (signing === undefined) return ['--no-sign'];
  return signing.key === undefined ? ['--sign'] : [`--local-user=${signing.key}`];
}

function failureOf(answer: GitAnswer, signing: Signing | undefined): Error {
  return (signing && signingFailure(answer)) ?? gitFailure(['tag'], answer.complaints);
}
