import type { BlobIndex } from '../blob-index/blob-index.ts';
import { BackupError } from '../errors.ts';
import type { TenantView } from './tenant-view.ts';

/**
 * Ids of the blobs that a session need not store: those that count, but none in packs that are gone or that an open round of
 * garbage collection may delete, and those that the session has stored itself. 16 bytes each, some at a time; views.
 *
 * @throws {BackupError} `OBJECT_DAMAGED`, ... when it can't be told which packs an open round may delete.
 */
export function* reliableIds(view: TenantView, own: BlobIndex): Generator<Int32Array, void, undefined> {
  const { damage } = view.epochs;
  if (damage !== undefined) {
    throw new BackupError(
      damage.code,
      `Expected to know what an open round of garbage collection may delete: ${damage.message}`,
      {
        cause: damage,
        object: damage.object,
        hint: 'Run `holdfast backup prune`: it ends the round and deletes nothing. Restores work as before.',
      },
    );
  }
  yield* view.index.storedIds(view.tombstoned());
  yield* own.storedIds();
}
