import type { FinishedCatalog } from '../catalog/catalog-writer.ts';
import type { SnapshotSource } from '../snapshots/record.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What the record of a source says of its catalog. A source that was not read has no digest of content. */
export function treeDigests(
  { top, treeSha256, contentSha256 }: FinishedCatalog,
  isRead: boolean = true,
): Pick<SnapshotSource, 'catalog' | 'treeSha256' | 'contentSha256'> {
  return {
    catalog: { sha256: hex(top.sha256), length: top.length, height: top.height },
    treeSha256: hex(treeSha256),
    ...(contentSha256 === undefined || !isRead ? {} : { contentSha256: hex(contentSha256) }),
  };
}
