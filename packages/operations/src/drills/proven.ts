import type { Repository, TenantHandle } from '@x/backup-store';
import type { ProvenShare } from './contract.ts';

/** Paths of a snapshot that did not come back as they were; `unknown` when there were too many to list, or it was not looked at. */
export type BadPaths = ReadonlySet<string> | 'unknown';

/** Bad paths that are remembered: with more of them nothing counts as proven. */
export const MAX_BAD_PATHS = 10_000;

/** What of a snapshot's files came back well: all that it lists, without bad ones and without what a checkpoint has no content of. */
export async function provenOf(
  repository: Pick<Repository | TenantHandle, 'entries'>,
  snapshot: string,
  { bad, signal }: { readonly bad: BadPaths; readonly signal: AbortSignal | undefined },
): Promise<ProvenShare> {
  const counts = { bytes: 0, ofBytes: 0, files: 0, ofFiles: 0 };
  for await (const { path, kind, size, absent } of repository.entries(snapshot, { signal })) {
    if (kind !== 'file') continue;
    counts.ofBytes += size;
    counts.ofFiles++;
    if (absent === true || bad === 'unknown' || isBad(path, bad)) continue;
    counts.bytes += size;
    counts.files++;
  }
  return { ...counts, share: shareOf(counts) };
}

/** The share of bytes; of files where all are empty. A snapshot without files has nothing left to prove. */
function shareOf({ bytes, ofBytes, files, ofFiles }: Omit<ProvenShare, 'share'>): number {
  const [part, whole] = ofBytes > 0 ? [bytes, ofBytes] : [files, ofFiles];
  if (whole === 0) return 1;
  // All bytes, and yet not all files: an empty one is missing.
  return part === whole && files < ofFiles ? files / ofFiles : part / whole;
}

/** A path is bad when a folder above it is: nobody could look into that. */
function isBad(path: string, bad: ReadonlySet<string>): boolean {
  if (bad.size === 0) return false;
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) if (bad.has(at)) return true;
  return false;
}
