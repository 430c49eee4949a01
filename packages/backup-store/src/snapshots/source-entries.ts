import type { ReadableCatalog } from '../catalog/catalog-diff.ts';
import { readCatalog } from '../catalog/catalog-reader.ts';
import type { Entry } from '../catalog/entry.ts';
import { BLOB } from '../pack/directory.ts';
import type { OpenTenant } from '../run/context.ts';
import { pageRef } from './page-ref.ts';
import type { SnapshotSource } from './record.ts';

/** The catalog of a source. */
export function readableCatalog(tenant: OpenTenant, source: SnapshotSource): ReadableCatalog {
  return { top: pageRef(source.catalog), readPage: async (page) => await tenant.blobs.read(BLOB.catalog, page) };
}

/** Entries of one source, a page at a time, in path order. */
export function catalogEntries(
  tenant: OpenTenant,
  source: SnapshotSource,
  within: Uint8Array = new Uint8Array(0),
): AsyncGenerator<Entry[], void, undefined> {
  const { top, readPage } = readableCatalog(tenant, source);
  return readCatalog(top, readPage, { within });
}
