import { type GitIdentity, parseIdentity } from './identity.ts';
import { headerOf, parseObjectText } from './object-text.ts';
import { type GitOptions, runGit } from './run-git.ts';

/** A commit as it is stored. */
export interface StoredCommit {
  readonly parents: readonly string[];
  readonly author: GitIdentity | undefined;
  readonly committer: GitIdentity | undefined;
  readonly message: string;
}

/** Reads a commit by its hash. @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function readCommit(hash: string, options: GitOptions): Promise<StoredCommit> {
  const stored = parseObjectText(await runGit(['cat-file', 'commit', hash], options));
  return {
    parents: stored.headers.flatMap(([name, value]) => (name === 'parent' ? [value] : [])),
    author: parseIdentity(headerOf(stored, 'author') ?? ''),
    committer: parseIdentity(headerOf(stored, 'committer') ?? ''),
    message: stored.body,
  };
}

/** Hash of the commit that is checked out. @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function readHead(options: GitOptions): Promise<string> {
  return (await runGit(['rev-parse', '--verify', 'HEAD^{commit}'], options)).trim();
}
