import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { PackInfo } from '../blob-index/segment.ts';
import type { PackId } from '../session/epoch-records.ts';

/** How much of a pack snapshots need. */
export interface PackUse {
  readonly id: PackId;
  /** Stored bytes. */
  readonly size: number;
  readonly liveBlobs: number;
  /** Stored bytes that snapshots need, about: frames count by the share of them that is needed. */
  readonly liveBytes: number;
}

export const packIdOf = ({ session, id }: PackInfo): PackId => `${session}/${id}`;

/** Adds up what snapshots need of each pack. */
export function packUse(index: BlobIndex, live: Uint8Array): PackUse[] {
  const uses = new Map<PackInfo, { liveBlobs: number; liveBytes: number }>();
  for (const pack of index.packs) uses.set(pack, { liveBlobs: 0, liveBytes: 0 });
  for (let number = 0; number < live.length; number++) {
    if (live[number] !== 1) continue;
    const { pack, stored, raw } = index.frame(index.frameOf(number));
    const use = uses.get(pack) as { liveBlobs: number; liveBytes: number };
    use.liveBlobs++;
    use.liveBytes += raw === 0 ? 0 : (index.lengthOf(number) / raw) * stored;
  }
  return [...uses].map(([pack, { liveBlobs, liveBytes }]) => ({
    id: packIdOf(pack),
    size: pack.size,
    liveBlobs,
    liveBytes: Math.round(liveBytes),
  }));
}
