import type { CompressionProfile } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { EarlierKind, KindShare } from './contract.ts';

/** Newest snapshots that are looked at. */
const MOST_RECORDS = 50;

interface Sum {
  snapshots: number;
  bytesIn: number;
  bytesOut: number;
  compressMs: number;
}

/** Whether a snapshot has this place as a source, or one that it is in. */
const isOf = ({ sources }: SnapshotRecord, path: string): boolean =>
  sources.some(
    ({ kind, root }) => kind === 'directory' && (path === root || path.startsWith(root === '/' ? root : `${root}/`)),
  );

/**
 * What earlier backups of a place came to with the kinds of content that are there now, by kind and profile; most content first. Of snapshots
 * of the place itself or, if there are none, of all that are given: the newest 50.
 *
 * @param path Absolute, without links.
 */
export function earlierKinds(
  records: readonly SnapshotRecord[],
  kinds: readonly KindShare[],
  path: string,
): readonly EarlierKind[] {
  const own = records.filter((record) => isOf(record, path));
  const present = new Set<string>(kinds.map(({ kind }) => kind));
  const sums = new Map<string, Sum>();
  for (const { compression, contents = [] } of (own.length > 0 ? own : records).slice(-MOST_RECORDS)) {
    for (const { kind, bytesIn, bytesOut, compressMs } of contents) {
      if (!present.has(kind)) continue;
      const key = `${kind} ${compression}`;
      const sum = sums.get(key) ?? { snapshots: 0, bytesIn: 0, bytesOut: 0, compressMs: 0 };
      sums.set(key, sum);
      sum.snapshots++;
      sum.bytesIn += bytesIn;
      sum.bytesOut += bytesOut;
      sum.compressMs += compressMs;
    }
  }
  return [...sums]
    .map(([key, { snapshots, bytesIn, bytesOut, compressMs }]) => {
      const [kind, profile] = key.split(' ') as [EarlierKind['kind'], CompressionProfile];
      const ratio = bytesOut === 0 ? 1 : bytesIn / bytesOut;
      return { kind, profile, snapshots, bytes: bytesIn, ratio, compressSeconds: compressMs / 1000 };
    })
    .toSorted((a, b) => b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1));
}

/** Below this share of all content, earlier runs say too little of it. */
const ENOUGH = 0.8;

/**
 * How much smaller or larger than a sample foresaw earlier runs came out, as a factor of what is stored: by the profiles whose
 * method for each kind is the same in the sample (`auto` begins where `balanced` is). `undefined` where less than 80 % of the content is of kinds
 * that were backed up before.
 */
export function earlierFactor(earlier: readonly EarlierKind[], kinds: readonly KindShare[]): number | undefined {
  let foreseen = 0;
  let achieved = 0;
  let known = 0;
  const all = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { kind, bytes, ratios } of kinds) {
    const before = earlier.find((each) => each.kind === kind);
    if (before === undefined) continue;
    known += bytes;
    foreseen += bytes / ratios[before.profile === 'auto' ? 'balanced' : before.profile];
    achieved += bytes / before.ratio;
  }
  return all > 0 && foreseen > 0 && known >= ENOUGH * all ? achieved / foreseen : undefined;
}
