import type { PackId } from '../session/epoch-records.ts';
import { isSmall, isSparse, type PackUse } from './pack-use.ts';

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

/** So many commits make listings slow enough to be folded into a history. */
const MAX_LOOSE = 128;
/** So many small packs are joined. */
const MAX_SMALL = 64;

/** Decides what a round does: deletes what nobody needs, and writes the emptiest packs again until little is left unused. Pure. */
export function planRound(input: RoundInput): RoundPlan {
  const { uses, strays, loose, leftovers, maxUnusedPercent } = input;
  const whole = uses.filter(({ liveBlobs }) => liveBlobs === 0);
  const partial = uses
    .filter(({ liveBlobs }) => liveBlobs > 0)
    .toSorted((a, b) => b.deadBytes / b.size - a.deadBytes / a.size || (a.id < b.id ? -1 : 1));
  const small = partial.filter(isSmall);
  const moving = new Set(small.length > MAX_SMALL ? small : []);
  const sum = (list: Iterable<PackUse>, of: (use: PackUse) => number): number =>
    [...list].reduce((total, use) => total + of(use), 0);
  const allowed = (sum(partial, ({ size }) => size) * maxUnusedPercent) / 100;
  let unusedBytes = sum(partial, ({ deadBytes }) => deadBytes) - sum(moving, ({ deadBytes }) => deadBytes);
  for (const use of partial) {
    if (unusedBytes <= allowed || !isSparse(use)) break;
    if (moving.has(use)) continue;
    moving.add(use);
    unusedBytes -= use.deadBytes;
  }
  const repack = [...moving].map(({ id, size, liveBytes }) => ({ id, bytes: size, liveBytes }));
  const gone = [
    ...whole.map(({ id, size }) => ({ id, bytes: size, liveBytes: 0 })),
    ...[...strays].map(([id, bytes]) => ({ id, bytes, liveBytes: 0 })),
  ];
  const worthwhile = gone.length + repack.length + leftovers > 0 || loose > MAX_LOOSE;
  return { delete: gone, repack, unusedBytes, worthwhile };
}
