import { join } from 'node:path';
import { isThere } from '../files/is-there.ts';
import { type GitOptions, runGit } from './run-git.ts';

/** Paths are names here, whatever `*` or `:` they have. */
export const LITERALLY = '--literal-pathspecs';

/** Which of some files a commit has. @returns Ids of their contents, by path. */
async function committed(commit: string, files: readonly string[], options: GitOptions): Promise<Map<string, string>> {
  const args = [LITERALLY, 'ls-tree', '-z', '--full-tree', commit, '--', ...files];
  const found = new Map<string, string>();
  for (const line of nulTexts(await runGit(args, options))) {
    const [entry = '', path = ''] = line.split('\t', 2);
    found.set(path, entry.split(' ')[2] ?? '');
  }
  return found;
}

/**
 * Those of the files that are not as in a commit: other content, new or gone. The index is not asked, as a git that was killed
 * may have left an old one.
 *
 * @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function changedSince(
  commit: string,
  files: readonly string[],
  options: GitOptions,
): Promise<readonly string[]> {
  const there = await existing(files, options.folder);
  const [before, ids] = await Promise.all([
    committed(commit, files, options),
    // Filters such as line ends are those of the path.
    there.length === 0 ? '' : runGit(['hash-object', '--', ...there], options),
  ]);
  const now = new Map(ids.split('\n').map((id, index) => [there[index], id]));
  return files.filter((file) => before.get(file) !== now.get(file));
}

async function existing(files: readonly string[], folder: string): Promise<readonly string[]> {
  const found = await Promise.all(files.map(async (file) => ((await isThere(join(folder, file))) ? [file] : [])));
  return found.flat();
}

/** Those of the files that the index does not know. @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function withoutEntry(files: readonly string[], options: GitOptions): Promise<readonly string[]> {
  const known = new Set(nulTexts(await runGit([LITERALLY, 'ls-files', '-z', '--', ...files], options)));
  return files.filter((file) => !known.has(file));
}

/** Sets entries of the index back to HEAD; the folder stays as it is. @throws {VersioningError} `GIT_LOCKED`, `GIT_FAILED`. */
export async function unstage(files: readonly string[], options: GitOptions): Promise<void> {
  if (files.length > 0) await runGit([LITERALLY, 'reset', '--quiet', '--', ...files], options);
}

/** Those of the files whose entries in the index are not as in a commit. @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function stagedSince(
  commit: string,
  files: readonly string[],
  options: GitOptions,
): Promise<readonly string[]> {
  const args = [LITERALLY, 'diff-index', '--cached', '--name-only', '-z', '--no-renames', commit, '--', ...files];
  return nulTexts(await runGit(args, options));
}

/** Files that a commit has changed. @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function changedBetween(parent: string, commit: string, options: GitOptions): Promise<readonly string[]> {
  return nulTexts(await runGit(['diff-tree', '-r', '--name-only', '-z', '--no-renames', parent, commit], options));
}

const nulTexts = (text: string): readonly string[] => text.split('\0').filter((each) => each !== '');
