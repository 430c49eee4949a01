import { askGit, type GitOptions } from './run-git.ts';

/** The branch that is checked out; none when HEAD is detached. @throws {VersioningError} `GIT_NOT_FOUND`. */
export async function readBranch(options: GitOptions): Promise<string | undefined> {
  const { code, output } = await askGit(['symbolic-ref', '--quiet', 'HEAD'], options);
  return code === 0 ? output.trim().replace(/^refs\/heads\//, '') : undefined;
}
