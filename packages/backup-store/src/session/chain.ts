import { BackupError } from '../errors.ts';
import type { TenantView } from './tenant-view.ts';

/** Newest snapshots that a machine remembers. */
const HEADS = 16;

/**
 * Ids of snapshots that were taken away: a later snapshot names them, or this machine has seen them, and they are
 * neither there, nor unreadable, nor forgotten by a keeper.
 *
 * @param seen Ids of the newest snapshots this machine has seen.
 */
export function missingSnapshots(view: TenantView, seen: readonly string[] = []): string[] {
  const named = view.snapshots.flatMap(({ record }) => record.follows.map(({ id }) => id));
  return [...new Set([...named, ...seen])].filter((id) => !view.knows(id));
}

/** Ids to remember: the newest snapshots, and those missed, so that a removal is not forgotten at the next look. */
export function headsOf(view: TenantView, missing: readonly string[]): string[] {
  return [...missing, ...view.snapshots.slice(-HEADS).map(({ record }) => record.id)];
}

/** The error of a snapshot that was taken away. */
export function snapshotMissing(id: string, tenant: string): BackupError {
  return new BackupError(
    'SNAPSHOT_MISSING',
    `Expected snapshot ${id} of tenant ${tenant}, it is gone without having been forgotten`,
    {
      object: id,
      hint: 'Somebody or something removed it from the store. The other snapshots can be named by their ids; `verify` tells what is left.',
    },
  );
}
