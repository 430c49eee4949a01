import { shown, VersioningError } from '../errors.ts';
import { askGit, type GitOptions, runGit } from './run-git.ts';
import { withoutCredentials } from './without-credentials.ts';

/** Kinds of refs that are written here, with the folder that git keeps them in. */
const FOLDERS = { tag: 'refs/tags/', branch: 'refs/heads/' } as const;

/**
 * The whole name of a ref, such as `refs/tags/v1.2.3`, which no command takes for an option or another kind of ref.
 *
 * @throws {VersioningError} `INVALID_OPTION` where git has no such names; `GIT_NOT_FOUND`.
 */
export async function refOf(kind: keyof typeof FOLDERS, name: string, options: GitOptions): Promise<string> {
  const ref = `${FOLDERS[kind]}${name}`;
  // Neither `-name` nor `HEAD` can be typed as what they are, so git makes none itself.
  const isMisleading = name.startsWith('-') || name === 'HEAD' || name.includes('\0');
  if (!isMisleading && (await askGit(['check-ref-format', ref], options)).code === 0) return ref;
  throw new VersioningError('INVALID_OPTION', `Expected the name of a ${kind}, got ${shown(name)}`, {
    hint: 'Names have no spaces, no `~^:?*[\\`, no `..`, no `-` at the beginning and no `/`, `.` or `.lock` at the end.',
  });
}

/** @throws {VersioningError} `INVALID_OPTION` where no remote has the name; `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function checkRemote(name: string, options: GitOptions): Promise<void> {
  const names = (await runGit(['remote'], options)).split('\n').filter((each) => each !== '');
  if (names.includes(name) && !name.startsWith('-')) return;
  // A URL would do for git, but may have a password in it, and plans are kept.
  throw new VersioningError(
    'INVALID_OPTION',
    `Expected the name of a remote, got ${shown(withoutCredentials(name).replace(/.*@/s, ''))}`,
    {
      hint: names.length === 0 ? 'Add one with `git remote add`.' : `There are: ${names.join(', ')}.`,
    },
  );
}
