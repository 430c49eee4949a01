import { BackupError } from '../errors.ts';
import type { TenantView } from './tenant-view.ts';

/** Ids that may be missing without a marker: none. Kept apart so that the rule can be read alone. */
const HEADS = 16;

/**
 * Checks that no snapshot was taken away: each one that another names, and each newest one that this machine has seen,
 * is there or was forgotten by a keeper.
 *
 * @param seen Ids of the newest snapshots seen before.
 * @returns The ids of the newest ones now.
 * @throws {BackupError} `SNAPSHOT_MISSING`.
 */
export function checkChain(view: TenantView, seen: readonly string[]): string[] {
  const missing = missingSnapshots(view, seen);
  const [first] = missing;
  if (first !== undefined) {
    throw new BackupError(
      'SNAPSHOT_MISSING',
      `Expected snapshot ${first} of tenant ${view.tenant.name}, it is gone without having been forgotten`,
      {
        object: first,
        details: missing,
        hint: 'Somebody or something removed it from the store. Run `verify` to see what is left, or open with another cache folder to go on without.',
      },
    );
  }
  return view.snapshots.slice(-HEADS).map(({ record }) => record.id);
}

/** Ids that are named (or were seen) and neither there, nor forgotten, nor unreadable. */
export function missingSnapshots(view: TenantView, seen: readonly string[] = []): string[] {
  const named = view.snapshots.flatMap(({ record }) => record.follows.map(({ id }) => id));
  return [...new Set([...named, ...seen])].filter((id) => !view.knows(id));
}
