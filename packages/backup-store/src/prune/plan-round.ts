import type { PackId } from '../session/epoch-records.ts';
import type { PackUse } from './pack-use.ts';

/** What a plan is made from. */
export interface RoundInput {
  /** Packs of the index. */
  readonly uses: readonly PackUse[];
  /** Packs that no segment names and no open session may still commit, with their stored bytes. */
  readonly strays: ReadonlyMap<PackId, number>;
  /** Index segments and commits that the last decision does not cover. */
  readonly loose: number;
  /** Small objects that nobody needs: signs of life of sessions that have ended or are to be ended, segments that count no more. */
  readonly leftovers: number;
  /** Percent of stored bytes that may stay unused in packs that are needed in part. */
  readonly maxUnusedPercent: number;
}

/** Something that a round does with a pack. */
export interface PackAction {
  readonly id: PackId;
  readonly bytes: number;
  /** Bytes of it that snapshots need: they are written to other packs first. */
  readonly liveBytes: number;
}

/** What a round of garbage collection is to do. */
export interface RoundPlan {
  readonly delete: readonly PackAction[];
  readonly repack: readonly PackAction[];
  /** Unused bytes that stay. */
  readonly unusedBytes: number;
  /** Whether the round is worth its requests. */
  readonly worthwhile: boolean;
}

/** A pack is written again only when at least this share of it is unused. */
export const MIN_UNUSED_SHARE = 0.1;
/** So many commits make listings slow enough to be folded into a history. */
const MAX_LOOSE = 128;

/** Decides what a round does: deletes what nobody needs, and writes the emptiest packs again until little is left unused. Pure. */
export function planRound(input: RoundInput): RoundPlan {
  const { uses, strays, loose, leftovers, maxUnusedPercent } = input;
  const whole = uses.filter(({ liveBlobs }) => liveBlobs === 0);
  const partial = uses
    .filter(({ liveBlobs }) => liveBlobs > 0)
    .map(({ id, size, liveBytes }) => ({ id, bytes: size, liveBytes, unused: Math.max(0, size - liveBytes) }))
    .toSorted((a, b) => b.unused / b.bytes - a.unused / a.bytes || (a.id < b.id ? -1 : 1));
  const allowed = (partial.reduce((sum, { bytes }) => sum + bytes, 0) * maxUnusedPercent) / 100;
  let unusedBytes = partial.reduce((sum, { unused }) => sum + unused, 0);
  const repack: PackAction[] = [];
  for (const { unused, ...pack } of partial) {
    if (unusedBytes <= allowed || unused < pack.bytes * MIN_UNUSED_SHARE) break;
    repack.push(pack);
    unusedBytes -= unused;
  }
  const gone = [
    ...whole.map(({ id, size }) => ({ id, bytes: size, liveBytes: 0 })),
    ...[...strays].map(([id, bytes]) => ({ id, bytes, liveBytes: 0 })),
  ];
  const worthwhile = gone.length + repack.length + leftovers > 0 || loose > MAX_LOOSE;
  return { delete: gone, repack, unusedBytes, worthwhile };
}
