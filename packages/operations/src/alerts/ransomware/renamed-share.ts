import type { Repository } from '@x/backup-store';

/** Endings that are remembered of a snapshot, at most. */
const MOST = 5000;

/** The ending of a name: `.docx`; none for a name without one. */
function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}

/** Two snapshots of one tenant, one after the other. */
export interface SnapshotPair {
  readonly tenant: string;
  readonly before: string;
  readonly after: string;
  readonly filesBefore: number;
}

/**
 * The share of files of a snapshot that are gone in the next one, where as many have come with an ending that no file had before: what programs do that
 * encrypt and rename. Reads the names of both.
 */
export async function renamedShare(
  repository: Pick<Repository, 'tenant'>,
  { tenant, before, after, filesBefore }: SnapshotPair,
): Promise<number> {
  const handle = repository.tenant(tenant);
  const known = new Set<string>();
  for await (const { kind, path } of handle.entries(before))
    if (kind === 'file' && known.size < MOST) known.add(endingOf(path));
  let [gone, unheardOf] = [0, 0];
  for await (const { change, path } of handle.diff(before, after)) {
    if (change === 'removed') gone++;
    else if (change === 'added' && !known.has(endingOf(path))) unheardOf++;
  }
  return filesBefore === 0 ? 0 : Math.min(1, Math.min(gone, unheardOf) / filesBefore);
}
