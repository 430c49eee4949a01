import { VersioningError } from '../errors.ts';
import type { Checkout, CountedPaths } from './checkout.ts';

/** How many paths a message names. */
const NAMED = 5;

/**
 * Refuses a tree with changes that would be in a release, but not in its commit.
 *
 * @param allowed `true` for any change, `untracked` for files that git does not know.
 * @throws {VersioningError} `DIRTY_TREE`.
 */
export function refuseDirty(
  { changed, untracked }: Pick<Checkout, 'changed' | 'untracked'>,
  allowed: boolean | 'untracked' = false,
): void {
  if (allowed === true || (changed.count === 0 && (untracked.count === 0 || allowed === 'untracked'))) return;
  const kinds = [told(changed, 'changed'), allowed === 'untracked' ? '' : told(untracked, 'untracked')];
  throw new VersioningError('DIRTY_TREE', `Expected a clean tree, got ${kinds.filter(Boolean).join(', and ')}`, {
    hint: 'Commit them, put them aside with `git stash --include-untracked`, or add them to `.gitignore`.',
  });
}

function told({ count, first }: CountedPaths, kind: string): string {
  if (count === 0) return '';
  const named = first.slice(0, NAMED).join(', ');
  return `${count} ${kind} (${count > NAMED ? `${named}, …` : named})`;
}

/** @throws {VersioningError} `DETACHED_HEAD`. */
export function refuseDetached({ branch, commit }: Pick<Checkout, 'branch' | 'commit'>, isAllowed = false): void {
  if (branch !== undefined || isAllowed) return;
  throw new VersioningError(
    'DETACHED_HEAD',
    `Expected a branch that is checked out, got a detached HEAD at ${commit}`,
    {
      hint: 'Check a branch out with `git switch`. Where a CI checks out commits only, allow it with `allowDetached`.',
    },
  );
}
