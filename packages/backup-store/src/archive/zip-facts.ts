import type { TreeEntry } from '../source/tree-contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { ZipRecord } from '@x/integrity/archive';

const TYPES = { file: 0o100_000, directory: 0o040_000, symlink: 0o120_000 } as const;
const PERMISSIONS = 0o7777;
const NS_PER_SECOND = 1_000_000_000n;

/** What the archive says of an entry before its content. Both who writes and who reads one gets it from here. */
export function zipFacts(
  entry: Pick<TreeEntry, 'kind' | 'mode' | 'mtimeNs' | 'size' | 'linkTarget'>,
  path: string,
): Pick<ZipRecord, 'name' | 'mode' | 'mtime' | 'size'> {
  const { kind } = entry;
  const mtime = floorSeconds(entry.mtimeNs);
  if (kind === 'directory')
    return { name: `${path}/`, mode: TYPES.directory | (entry.mode & PERMISSIONS), mtime, size: 0 };
  if (kind === 'symlink')
    return { name: path, mode: TYPES.symlink | 0o777, mtime, size: entry.linkTarget?.length ?? 0 };
  return { name: path, mode: TYPES.file | (entry.mode & PERMISSIONS), mtime, size: entry.size };
}

function floorSeconds(mtimeNs: bigint): number {
  const seconds = mtimeNs / NS_PER_SECOND;
  return Number(mtimeNs % NS_PER_SECOND < 0n ? seconds - 1n : seconds);
}

/** When the snapshot was begun: the time of the manifest's entry. Seconds since 1970. */
export const startSeconds = ({ startedAt }: Pick<SnapshotRecord, 'startedAt'>): number =>
  Math.floor(Date.parse(startedAt) / 1000);
