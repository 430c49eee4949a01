import type { Entry } from '../catalog/entry.ts';
import { isWithin } from '../catalog/path-order.ts';
import type { ScanFailure, ScannedEntry } from '../source/scanned-entry.ts';
import { scan } from '../source/scan.ts';
import type { WalkOptions } from '../source/walk.ts';
import type { ThreadOptions } from '../threads/thread.ts';

/** What is on disk now, in catalog order. What can't be looked at is told, and left out. */
export async function* liveEntries(
  walk: WalkOptions,
  threads: ThreadOptions,
  { within, onFailure }: { readonly within: Uint8Array; readonly onFailure: (failure: ScanFailure) => void },
): AsyncGenerator<ScannedEntry, void, undefined> {
  for await (const batch of scan(walk, threads)) {
    for (const item of batch) {
      if ('entry' in item) {
        if (isWithin(item.entry.path, within)) yield item.entry;
        continue;
      }
      const { code, path } = item.failure;
      // There is nothing at all: everything is gone.
      if (path.length > 0 || code !== 'ENOENT') onFailure(item.failure);
    }
  }
}

/** An entry on disk as a catalog would have it, but for its content. Its path is copied: it is a view of the scan's memory. */
export function asEntry({ path, kind, mode, uid, gid, mtimeNs, size, linkTarget }: ScannedEntry): Entry {
  return {
    path: Buffer.from(path),
    kind,
    mode,
    uid,
    gid,
    mtimeNs,
    size: kind === 'file' ? size : 0,
    content: [],
    linkTarget: linkTarget === undefined ? undefined : Buffer.from(linkTarget),
  };
}
