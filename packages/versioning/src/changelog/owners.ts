import type { VersionTag } from '../git/read-tags.ts';
import { type GitOptions, streamGit } from '../git/run-git.ts';
import semver from 'semver';

/**
 * Which version each commit came with: the lowest one that reaches it, whatever way branches went. Commits that no version reaches are
 * not in it.
 */
export async function ownersOf(
  tags: ReadonlyMap<string, VersionTag>,
  { to = 'HEAD', ...git }: GitOptions & { readonly to?: string | undefined },
): Promise<ReadonlyMap<string, VersionTag>> {
  const parents = await readParents({ ...git, to });
  const owners = new Map<string, VersionTag>();
  const rising = [...tags.values()].toSorted((a, b) => semver.compare(a.version, b.version));
  for (const tag of rising) {
    // Tags of branches that are not below are none of ours.
    const open = parents.has(tag.commit) ? [tag.commit] : [];
    for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
      if (owners.has(commit)) continue;
      owners.set(commit, tag);
      open.push(...(parents.get(commit) ?? []));
    }
  }
  return owners;
}

async function readParents({
  to,
  ...git
}: GitOptions & { readonly to: string }): Promise<Map<string, readonly string[]>> {
  const parents = new Map<string, readonly string[]>();
  let rest = '';
  for await (const piece of streamGit(['rev-list', '--parents', '--end-of-options', to], git)) {
    const lines = (rest + piece.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [hash = '', ...above] = line.split(' ');
      parents.set(hash, above);
    }
  }
  return parents;
}
