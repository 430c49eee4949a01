import type { ParsedCommit } from './parsed-commit.ts';

/** A commit with its place in history. */
export interface HistoryCommit {
  /** 40 or 64 hex digits. */
  readonly hash: string;
  readonly message: ParsedCommit;
}

/**
 * Leaves out what was taken back, and what took it back. A revert whose target is not among the commits (it was released before)
 * stays; one that was reverted itself brings its target back.
 *
 * @param commits Newest first.
 */
export function withoutReverted<Commit extends HistoryCommit>(commits: readonly Commit[]): readonly Commit[] {
  const byHeader = new Map<string, number[]>();
  for (const [index, { message }] of commits.entries()) {
    byHeader.set(message.header, [...(byHeader.get(message.header) ?? []), index]);
  }
  const sorted = commits.map(({ hash }, index) => ({ hash, index })).toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const gone = new Set<number>();
  for (const [index, { message }] of commits.entries()) {
    if (gone.has(index) || message.reverts === undefined) continue;
    const { hashes, header } = message.reverts;
    const named = hashes.map((hash) => startingWith(sorted, hash));
    // By header only where there is no hash: of several, the newest before the revert that is still there.
    const quoted = hashes.length > 0 || header === undefined ? [] : (byHeader.get(header) ?? []);
    const targets = hashes.length > 0 ? named : [quoted.find((candidate) => candidate > index && !gone.has(candidate))];
    const known = targets.filter((target) => target !== undefined && target > index && !gone.has(target)) as number[];
    if (known.length === 0) continue;
    for (const target of known) gone.add(target);
    // One that takes back more than is there stays for the rest.
    if (known.length === targets.length) gone.add(index);
  }
  return commits.filter((_, index) => !gone.has(index));
}

/** The only hash with this beginning. By bisection: histories are long. */
function startingWith(
  sorted: readonly { readonly hash: string; readonly index: number }[],
  prefix: string,
): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.hash ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  const [found, next] = [sorted[low], sorted[low + 1]];
  if (found === undefined || !found.hash.startsWith(prefix) || next?.hash.startsWith(prefix) === true) return undefined;
  return found.index;
}
