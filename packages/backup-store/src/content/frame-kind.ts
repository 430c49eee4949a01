import type { ContentKind } from './kind.ts';
import { sniff } from './sniff.ts';

/** Places within a frame at which it is looked what is there: enough to tell which kind is more than half. */
const LOOKS = 15;
/** Bytes looked at there: the beginning of a small file. */
const LOOK_BYTES = 1024;

/**
 * What most bytes of a frame of small blobs are, by looks at the beginnings of those at places spread evenly: a large one
 * is met more often. `mixed` where no kind is more than half.
 *
 * @param lengths Of the blobs, which lie one behind the other.
 */
export function kindOfMost(frame: Buffer, lengths: readonly number[]): ContentKind | 'mixed' {
  const votes = new Map<ContentKind, number>();
  let blob = 0;
  let from = 0;
  let kind: ContentKind | undefined;
  for (let look = 0; look < LOOKS; look++) {
    const place = ((look + 0.5) * frame.length) / LOOKS;
    for (; from + (lengths[blob] ?? Infinity) <= place; blob++) {
      from += lengths[blob] as number;
      kind = undefined;
    }
    kind ??= sniff(frame.subarray(from, from + Math.min(lengths[blob] ?? 0, LOOK_BYTES)), '').kind;
    votes.set(kind, (votes.get(kind) ?? 0) + 1);
  }
  const [most] = [...votes].toSorted((a, b) => b[1] - a[1]);
  return most !== undefined && most[1] > LOOKS / 2 ? most[0] : 'mixed';
}
