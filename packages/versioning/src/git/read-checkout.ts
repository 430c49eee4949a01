import type { Checkout, Remote, Upstream } from './checkout.ts';
import { readStatus } from './read-status.ts';
import { type GitOptions, runGit } from './run-git.ts';
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
  const { root, isShallow } = await readPlace(options);
  const inRoot = { folder: root, signal: options.signal };
  const [status, remotes] = await Promise.all([readStatus(inRoot), readRemotes(inRoot)]);
  const { commit, branch, changed, untracked } = status;
  const tip = branch === undefined ? undefined : await readTip(branch, inRoot);
  // Somebody may have committed meanwhile; and what is checked out need not be a branch.
  const commitDateMs = tip?.commit === commit ? tip.dateMs : await readDate(commit, inRoot);
  return {
    root,
    commit,
    commitDateMs,
    branch,
    upstream: tip?.upstream,
    isDirty: changed.count + untracked.count > 0,
    changed,
    untracked,
    isShallow,
    remotes,
  };
}

/** Where the checkout is, and whether its history is cut off. A path may have anything in it, but no newline at its end. */
async function readPlace(options: GitOptions): Promise<{ readonly root: string; readonly isShallow: boolean }> {
  const text = await runGit(['rev-parse', '--is-shallow-repository', '--show-toplevel'], options);
  const [, shallow, root = ''] = /^(\w+)\r?\n(.*?)\r?\n?$/s.exec(text) ?? [];
  return { root, isShallow: shallow === 'true' };
}

async function readDate(commit: string, options: GitOptions): Promise<number> {
  const args = ['log', '-1', '--no-show-signature', '--format=%ct', '--end-of-options', commit];
  return Number(await runGit(args, options)) * 1000;
}

/** The newest commit of a branch, and what it follows. */
interface Tip {
  readonly commit: string;
  readonly dateMs: number;
  readonly upstream: Upstream | undefined;
}

const TIP_FIELDS = ['%(objectname)', '%(committerdate:unix)', '%(upstream:remotename)', '%(upstream:remoteref)'];

async function readTip(branch: string, options: GitOptions): Promise<Tip> {
  const text = await runGit(['for-each-ref', `--format=${TIP_FIELDS.join('%09')}`, `refs/heads/${branch}`], options);
  const [commit = '', seconds = '', remote = '', ref = ''] = text.trim().split('\t');
  // A branch can also follow another one of its own repository, which git calls `.`.
  const isFollowing = remote !== '' && remote !== '.' && ref.startsWith('refs/heads/');
  const upstream = isFollowing ? { remote, branch: ref.slice('refs/heads/'.length) } : undefined;
  return { commit, dateMs: Number(seconds) * 1000, upstream };
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
