import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { shown, VersioningError } from '../errors.ts';
import type { Checkout } from './checkout.ts';
import { type GitIdentity, readIdentity } from './identity.ts';
import { normalMessage } from './message.ts';
import { refuseDetached } from './release-state.ts';
import { planSigning, type Signing, type SignOption } from './signing.ts';

/** A commit to be made of some files. Plain data that can be stored: carried out again, it gives the same commit. */
export interface CommitPlan {
  /** The folder at the top of the checkout. */
  readonly root: string;
  /** The branch that gets the commit; none for a detached HEAD. */
  readonly branch?: string | undefined;
  /** The commit that it stands on. */
  readonly parent: string;
  /** Files whose content in the folder is committed, relative to the root, sorted. */
  readonly files: readonly string[];
  readonly message: string;
  readonly author: GitIdentity;
  readonly committer: GitIdentity;
  /** How it is to be signed; none for a commit without a signature. */
  readonly signing?: Signing | undefined;
}

/** Options of {@link planCommit}. */
export interface PlanCommitOptions {
  readonly checkout: Checkout;
  /** Files, relative to the root of the checkout, with `/`. New and removed ones too; they may be written after the plan. */
  readonly files: readonly string[];
  readonly message: string;
  /** Milliseconds since 1970: when it was written and committed. Not the clock's, or a second attempt would make another commit. */
  readonly dateMs: number;
  /** Default what git is set to do (`commit.gpgSign`). */
  readonly sign?: SignOption | undefined;
  /** Allows a HEAD without a branch, whose commit nothing keeps but a tag. Default `false`. */
  readonly allowDetached?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks all that can stand in the way of a commit, and says what would be made.
 *
 * @throws {VersioningError} `DETACHED_HEAD`, `IDENTITY_MISSING`; `INVALID_OPTION` for paths, messages and times that are none;
 * `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function planCommit(options: PlanCommitOptions): Promise<CommitPlan> {
  const { checkout, dateMs, signal } = options;
  const git = { folder: checkout.root, signal };
  const files = [...new Set(options.files)].toSorted();
  const message = normalMessage(options.message);
  if (files.length === 0) throw new VersioningError('INVALID_OPTION', 'Expected files to commit, got none');
  await Promise.all(files.map((file) => checkFile(checkout.root, file)));
  refuseDetached(checkout, options.allowDetached);
  const [author, committer, signing] = await Promise.all([
    readIdentity('AUTHOR', dateMs, git),
    readIdentity('COMMITTER', dateMs, git),
    planSigning(options.sign, 'commit.gpgSign', git),
  ]);
  const { root, branch, commit: parent } = checkout;
  return { root, branch, parent, files, message, author, committer, signing };
}

/** A folder would bring whatever is in it, and what a link leads to is not what git stores. @throws {VersioningError} */
async function checkFile(root: string, file: string): Promise<void> {
  const parts = file.split('/');
  const isPlain = parts.every((part) => !['', '.', '..'].includes(part) && part.toLowerCase() !== '.git');
  const isPath = isPlain && !file.includes('\0') && !/^[A-Za-z]:/.test(file);
  const found = isPath ? await lstat(join(root, file)).catch(() => undefined) : undefined;
  if (isPath && (found === undefined || found.isFile())) return;
  throw new VersioningError('INVALID_OPTION', `Expected a file of the checkout, got ${shown(file)}`, {
    hint: 'Name files relative to the root of the checkout, such as `packages/one/CHANGELOG.md`; no folders and no links.',
  });
}
