import { refOf } from './ref-name.ts';
import { type GitOptions, runGit } from './run-git.ts';

/** Removes a tag while it still is that object: git compares under its own lock. @throws {VersioningError} `GIT_FAILED`, `GIT_LOCKED`. */
export async function removeTag(name: string, object: string, options: GitOptions): Promise<void> {
  await runGit(['update-ref', '--no-deref', '-d', refOf('tag', name), object], options);
}
