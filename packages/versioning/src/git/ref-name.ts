import { shown, VersioningError } from '../errors.ts';
import { type GitOptions, runGit } from './run-git.ts';
import { withoutCredentials } from './without-credentials.ts';

/** Kinds of refs that are written here, with the folder that git keeps them in. */
const FOLDERS = { tag: 'refs/tags/', branch: 'refs/heads/' } as const;

/** What no name of a ref has, as `git check-ref-format` says it: space, control characters and such, and parts that begin or end wrongly. */
const FORBIDDEN = /[^\x21-\x7E\x80-\uFFFF]|[~^:?*[\\]|\.\.|@\{|^$|(?:^|\/)[./]|\/$|\.lock(?:\/|$)|\.$/;

/**
 * The whole name of a ref, such as `refs/tags/v1.2.3`, which no command takes for an option or another kind of ref.
 *
 * @throws {VersioningError} `INVALID_OPTION` where git has no such names.
 */
export function refOf(kind: keyof typeof FOLDERS, name: string): string {
  // Neither `-name` nor `HEAD` can be typed as what they are, so git makes none itself.
  const isMisleading = name.startsWith('-') || name === 'HEAD';
  if (!isMisleading && !FORBIDDEN.test(name)) return `${FOLDERS[kind]}${name}`;
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
