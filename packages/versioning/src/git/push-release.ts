import { shown, VersioningError } from '../errors.ts';
import { isBehind, type PushAnswer, readPushAnswer } from './push-answer.ts';
import { pushFailure } from './push-failure.ts';
import { checkRemote, refOf } from './ref-name.ts';
import { askRemote } from './remote.ts';
import { readRemoteRefs, type ReadRemoteRefsOptions } from './remote-refs.ts';
import { askGit, type GitOptions } from './run-git.ts';

/** Options of {@link pushRelease}. */
export interface PushReleaseOptions extends GitOptions {
  /** Name of a remote. */
  readonly remote: string;
  readonly tag: { readonly name: string; /** Id of the tag itself. */ readonly object: string };
  /** Pushed along with the tag. What others have committed on it since, here or there, is no part of it. */
  readonly branch?: { readonly name: string; readonly commit: string } | undefined;
  /** Asks the remote whether it would take them, and sends nothing. Hooks of the remote are not asked. Default `false`. */
  readonly isRehearsal?: boolean | undefined;
}

/** What a push has done. */
export interface PushedRelease {
  /** Whether anything was pushed: not where all was there already. */
  readonly pushed: boolean;
  /** Whether branch and tag went together or not at all; else the branch went first, as the remote can't do better. */
  readonly isAtomic: boolean;
}

/**
 * Pushes a tag, and the commits of a branch with it, never by force.
 *
 * These very objects are pushed, whatever the names have come to mean here. May be called again after a kill: what is there
 * already counts as pushed, also when the branch there has gone on from it.
 *
 * @throws {VersioningError} `TAG_EXISTS` when the remote has another tag of the name; `PUSH_REJECTED` when it, or a hook, refuses;
 * `REMOTE_UNREACHABLE`; `INVALID_OPTION` for names and ids that are none; `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function pushRelease(options: PushReleaseOptions): Promise<PushedRelease> {
  const { tag, branch } = options;
  await checkRemote(options.remote, options);
  const tagSpec = `${checkedId(tag.object)}:${refOf('tag', tag.name)}`;
  if (branch === undefined) return { pushed: await push(tagSpec, options), isAtomic: true };
  const branchSpec = `${checkedId(branch.commit)}:${refOf('branch', branch.name)}`;
  const answer = await attempt(['--atomic', '--', options.remote, branchSpec, tagSpec], options);
  if (answer.code === 0) return { pushed: answer.isNew, isAtomic: true };
  if (/does not support --atomic/.test(answer.complaints)) {
    // Whoever sees the tag finds its commits.
    const isBranchNew = await pushBranch(branchSpec, options);
    return { pushed: (await push(tagSpec, options)) || isBranchNew, isAtomic: false };
  }
  if (isBehind(answer) && (await isContained(options))) return { pushed: await push(tagSpec, options), isAtomic: true };
  throw await pushFailure(answer, namesOf(options));
}

/** @returns Whether there was anything to push. */
async function pushBranch(spec: string, options: PushReleaseOptions): Promise<boolean> {
  const answer = await attempt(['--', options.remote, spec], options);
  if (answer.code === 0) return answer.isNew;
  if (isBehind(answer) && (await isContained(options))) return false;
  throw await pushFailure(answer, namesOf(options));
}

/** @returns Whether there was anything to push. */
async function push(spec: string, options: PushReleaseOptions): Promise<boolean> {
  const answer = await attempt(['--', options.remote, spec], options);
  if (answer.code === 0) return answer.isNew;
  throw await pushFailure(answer, namesOf(options));
}

async function attempt(args: readonly string[], options: PushReleaseOptions): Promise<PushAnswer> {
  // Other tags, which a setting could send along, are none of a release's.
  const rehearsal = options.isRehearsal === true ? ['--dry-run'] : [];
  return readPushAnswer(await askRemote(['push', '--porcelain', '--no-follow-tags', ...rehearsal, ...args], options));
}

/** Whether the branch of the remote has gone on from the release's commit. Fetches what there is to know for that. */
async function isContained(options: PushReleaseOptions): Promise<boolean> {
  const { remote, branch } = options;
  if (branch === undefined) return false;
  const there = (await readRemoteRefs(namesOf(options))).branch;
  if (there === undefined) return false;
  const ref = refOf('branch', branch.name);
  const fetching = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--', remote];
  await askRemote([...fetching, ref], options);
  return (await askGit(['merge-base', '--is-ancestor', branch.commit, there], options)).code === 0;
}

const namesOf = ({ tag, branch, ...options }: PushReleaseOptions): ReadRemoteRefsOptions => ({
  ...options,
  tag: tag.name,
  branch: branch?.name,
});

/** Anything else than an id could be an instruction, such as `+` for a force. @throws {VersioningError} `INVALID_OPTION`. */
function checkedId(id: string): string {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return id;
  throw new VersioningError('INVALID_OPTION', `Expected the whole id of an object, got ${shown(id)}`);
}
