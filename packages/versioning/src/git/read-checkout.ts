import type { Checkout, Remote, Upstream } from './checkout.ts';
import { readStatus } from './read-status.ts';
import { askGit, type GitOptions, runGit } from './run-git.ts';
import { withoutCredentials } from './without-credentials.ts';

/**
 * Reads the state of a checkout: its commit and branch, what is changed, and the remotes.
 *
 * Works in any folder of it, in worktrees and in submodules (which are checkouts of their own). Reads only, and takes no lock.
 *
 * @throws {VersioningError} `NO_COMMITS` before the first commit; `GIT_NOT_FOUND`; `GIT_FAILED`, also outside of a checkout.
 * @example
 * ```ts
 * import { readCheckout } from '@x/versioning';
 *
 * const { branch, commit, isDirty, changed } = await readCheckout({ folder: '.' });
 * console.log(branch ?? 'detached', commit, isDirty ? `${changed.count} changed` : 'clean');
 * ```
 */
export async function readCheckout(options: GitOptions): Promise<Checkout> {
  const root = withoutNewline(await runGit(['rev-parse', '--show-toplevel'], options));
  const inRoot = { folder: root, signal: options.signal };
  const [status, branch, shallow, remotes] = await Promise.all([
    readStatus(inRoot),
    readBranch(inRoot),
    runGit(['rev-parse', '--is-shallow-repository'], inRoot),
    readRemotes(inRoot),
  ]);
  const { commit, changed, untracked } = status;
  const [commitDateMs, upstream] = await Promise.all([
    readDate(commit, inRoot),
    branch === undefined ? undefined : readUpstream(branch, inRoot),
  ]);
  return {
    root,
    commit,
    commitDateMs,
    branch,
    upstream,
    isDirty: changed.count + untracked.count > 0,
    changed,
    untracked,
    isShallow: shallow.trim() === 'true',
    remotes,
  };
}

/** A path may end in anything but this one. */
const withoutNewline = (text: string): string => text.replace(/\r?\n$/, '');

/** The branch that is checked out; none when HEAD is detached. @throws {VersioningError} `GIT_NOT_FOUND`. */
export async function readBranch(options: GitOptions): Promise<string | undefined> {
  const { code, output } = await askGit(['symbolic-ref', '--quiet', 'HEAD'], options);
  return code === 0 ? output.trim().replace(/^refs\/heads\//, '') : undefined;
}

async function readDate(commit: string, options: GitOptions): Promise<number> {
  const args = ['log', '-1', '--no-show-signature', '--format=%ct', '--end-of-options', commit];
  return Number(await runGit(args, options)) * 1000;
}

async function readUpstream(branch: string, options: GitOptions): Promise<Upstream | undefined> {
  const format = '--format=%(upstream:remotename)%09%(upstream:remoteref)';
  const [remote = '', ref = ''] = (await runGit(['for-each-ref', format, `refs/heads/${branch}`], options))
    .trim()
    .split('\t');
  // A branch can also follow another one of its own repository, which git calls `.`.
  if (remote === '' || remote === '.' || !ref.startsWith('refs/heads/')) return undefined;
  return { remote, branch: ref.slice('refs/heads/'.length) };
}

async function readRemotes(options: GitOptions): Promise<readonly Remote[]> {
  const found = new Map<string, { name: string; url: string; pushUrls: string[] }>();
  for (const line of (await runGit(['remote', '--verbose'], options)).split('\n')) {
    // A partial clone adds its filter at the end.
    const [, name = '', whole = '', use = ''] = /^([^\t]+)\t(.*) \((fetch|push)\)(?: \[.*\])?$/.exec(line) ?? [];
    if (name === '') continue;
    const remote = found.get(name) ?? { name, url: '', pushUrls: [] };
    found.set(name, remote);
    const url = withoutCredentials(whole);
    if (use === 'push') remote.pushUrls.push(url);
    else remote.url = url;
  }
  return [...found.values()];
}
