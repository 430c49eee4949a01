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
  /** Stored bytes of frames that nobody needs, likewise. What a pack has besides frames is neither. */
  readonly deadBytes: number;
}

export const packIdOf = ({ session, id }: PackInfo): PackId => `${session}/${id}`;

/**
 * Adds up what snapshots need of each pack. One that several segments name is one pack: what any of them finds needed in it is
 * needed.
 */
export function packUse(index: BlobIndex, live: Uint8Array): PackUse[] {
  const uses = new Map<PackInfo, { liveBlobs: number; liveBytes: number; deadBytes: number }>();
  for (const pack of index.packs) uses.set(pack, { liveBlobs: 0, liveBytes: 0, deadBytes: 0 });
  for (let number = 0; number < live.length; number++) {
    const { pack, stored, raw } = index.frame(index.frameOf(number));
    const use = uses.get(pack) as { liveBlobs: number; liveBytes: number; deadBytes: number };
    const bytes = raw === 0 ? 0 : (index.lengthOf(number) / raw) * stored;
    if (live[number] === 1) {
      use.liveBlobs++;
      use.liveBytes += bytes;
    } else use.deadBytes += bytes;
  }
  const packs = new Map<PackId, PackUse>();
  for (const [pack, { liveBlobs, liveBytes, deadBytes }] of uses) {
    const id = packIdOf(pack);
    const known = packs.get(id) ?? { id, size: pack.size, liveBlobs: 0, liveBytes: 0, deadBytes: 0 };
    const bytes = Math.max(known.liveBytes + known.deadBytes, Math.round(liveBytes + deadBytes));
    const needed = known.liveBytes + Math.round(liveBytes);
    const unused = Math.max(0, bytes - needed);
    packs.set(id, { ...known, liveBlobs: known.liveBlobs + liveBlobs, liveBytes: needed, deadBytes: unused });
  }
  return [...packs.values()];
}

/** A pack is written again only when at least this share of it is unused, or when it is small. */
const MIN_UNUSED_SHARE = 0.1;
/** Packs below this size are small: many of them are joined. */
const SMALL_BYTES: number = 1024 * 1024;

export const isSmall = ({ size, liveBlobs }: PackUse): boolean => liveBlobs > 0 && size < SMALL_BYTES;

/** Whether so much of a pack is unused that what is needed of it is better written to another one. */
export const isSparse = ({ size, liveBlobs, deadBytes }: PackUse): boolean =>
  liveBlobs > 0 && deadBytes >= size * MIN_UNUSED_SHARE;
