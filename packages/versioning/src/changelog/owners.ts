import type { VersionTag } from '../git/read-tags.ts';
import { type GitOptions, streamGit } from '../git/run-git.ts';
import semver from 'semver';

/** Tells which version a commit came with. */
export interface Owners {
  /** `undefined` for a commit that no version reaches. */
  get(hash: string): VersionTag | undefined;
}

/** Which version each commit came with: the lowest one that reaches it, whatever way branches went. */
export async function ownersOf(
  tags: ReadonlyMap<string, VersionTag>,
  { to = 'HEAD', ...git }: GitOptions & { readonly to?: string | undefined },
): Promise<Owners> {
  const { numbers, parents } = await readHistory({ ...git, to });
  const rising = [...tags.values()].toSorted((a, b) => semver.compare(a.version, b.version));
  /** By number of a commit, 1 more than the place of its version; 0 for none yet. */
  const owners = new Uint32Array(numbers.size);
  for (const [place, tag] of rising.entries()) {
    const start = numbers.get(tag.commit);
    // Tags of branches that are not below are none of ours.
    const open = start === undefined ? [] : [start];
    for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
      if (owners[commit] !== 0) continue;
      owners[commit] = place + 1;
      open.push(...parentsOf(parents, commit));
    }
  }
  return { get: (hash) => rising[(owners[numbers.get(hash) ?? -1] ?? 0) - 1] };
}

/** A history as numbers, of which there may be millions: hashes are kept once. */
interface History {
  readonly numbers: ReadonlyMap<string, number>;
  readonly parents: Parents;
}

interface Parents {
  /** By number: the first parent, or -1. */
  readonly first: readonly number[];
  /** The other parents of merges. */
  readonly others: ReadonlyMap<number, readonly number[]>;
}

function parentsOf({ first, others }: Parents, commit: number): readonly number[] {
  const parent = first[commit] ?? -1;
  return parent < 0 ? [] : [parent, ...(others.get(commit) ?? [])];
}

async function readHistory({ to, ...git }: GitOptions & { readonly to: string }): Promise<History> {
  const numbers = new Map<string, number>();
  const first: number[] = [];
  const others = new Map<number, readonly number[]>();
  const numberOf = (hash: string): number => {
    const known = numbers.get(hash);
    if (known !== undefined) return known;
    // A part of a text keeps all of it in memory; a copy does not.
    numbers.set(Buffer.from(hash, 'latin1').toString('latin1'), first.length);
    return first.push(-1) - 1;
  };
  let rest = '';
  for await (const piece of streamGit(['rev-list', '--parents', '--end-of-options', to], git)) {
    const lines = (rest + piece.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [commit = 0, parent = -1, ...more] = line.split(' ').map(numberOf);
      first[commit] = parent;
      if (more.length > 0) others.set(commit, more);
    }
  }
  return { numbers, parents: { first, others } };
}
