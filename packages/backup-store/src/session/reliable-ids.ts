import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { TenantView } from './tenant-view.ts';

/**
 * Ids of the blobs that a session need not store: those that count, but none in packs that are gone or that an open round of
 * garbage collection may delete, and those that the session has stored itself. 16 bytes each, some at a time; views.
 */
export function* reliableIds(view: TenantView, own: BlobIndex): Generator<Int32Array, void, undefined> {
  yield* view.index.storedIds(view.tombstoned());
  yield* own.storedIds();
}
