import type { PageRef } from '../catalog/node-page.ts';
import type { SnapshotSource } from './record.ts';

/** A source's top page. */
export function pageRef(catalog: SnapshotSource['catalog']): PageRef {
  return { sha256: Buffer.from(catalog.sha256, 'hex'), length: catalog.length, height: catalog.height };
}
