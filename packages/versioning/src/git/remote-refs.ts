import { gitFailure } from './git-failure.ts';
import { checkRemote, refOf } from './ref-name.ts';
import { askRemote, remoteFailure } from './remote.ts';
import type { GitOptions } from './run-git.ts';

/** What a remote has under some names. */
export interface RemoteRefs {
  /** The tag, with the commit that it leads to. */
  readonly tag?: { readonly object: string; readonly commit: string } | undefined;
  /** Hash of the branch's newest commit. */
  readonly branch?: string | undefined;
}

/** Options of {@link readRemoteRefs}. */
export interface ReadRemoteRefsOptions extends GitOptions {
  /** Name of a remote. */
  readonly remote: string;
  /** Name of a tag. */
  readonly tag: string;
  /** Name of a branch. */
  readonly branch?: string | undefined;
}

/**
 * Asks a remote what stands under the names of a tag and a branch.
 *
 * @throws {VersioningError} `REMOTE_UNREACHABLE`; `PUSH_REJECTED` without the right to read; `INVALID_OPTION`, `GIT_NOT_FOUND`,
 * `GIT_FAILED`.
 */
export async function readRemoteRefs(options: ReadRemoteRefsOptions): Promise<RemoteRefs> {
  const { remote } = options;
  await checkRemote(remote, options);
  const tag = refOf('tag', options.tag);
  const branch = options.branch === undefined ? undefined : refOf('branch', options.branch);
  const names = [tag, `${tag}^{}`, ...(branch === undefined ? [] : [branch])];
  const args = ['ls-remote', '--', remote, ...names];
  const { code, output, complaints } = await askRemote(args, options);
  if (code !== 0) throw remoteFailure(remote, complaints) ?? gitFailure(args, complaints);
  const ids = new Map(output.split('\n').map((line): [string, string] => [line.slice(line.indexOf('\t') + 1), line]));
  const idOf = (name: string): string | undefined => ids.get(name)?.split('\t')[0];
  const object = idOf(tag);
  return {
    tag: object === undefined ? undefined : { object, commit: idOf(`${tag}^{}`) ?? object },
    branch: branch === undefined ? undefined : idOf(branch),
  };
}
