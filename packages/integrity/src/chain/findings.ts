import type { Checkpoint } from './checkpoint.ts';

/** What is wrong with a chain. `message` says it in words. */
export type ChainFinding =
  /**
   * The first entry that does not fit, by its place in the chain. `number`: another number is stored with it. `previous`: it
   * does not link to the entry before, which was changed, or something was taken out, put in or moved between the two. `hash`:
   * its own hash is not that of its bytes. `unlinked`: no link is stored with it.
   */
  | {
      readonly kind: 'bad-entry';
      readonly number: number;
      readonly why: 'number' | 'previous' | 'hash' | 'unlinked';
      readonly message: string;
    }
  /** A segment that begins where the chain is already past, links to another entry, or belongs to another chain. */
  | {
      readonly kind: 'bad-segment';
      readonly number: number;
      readonly why: 'origin' | 'overlap' | 'previous';
      readonly message: string;
    }
  /** The entries from `first` up to `next` (not included) are in none of the segments. */
  | { readonly kind: 'missing-segment'; readonly first: number; readonly next: number; readonly message: string }
  /** A checkpoint is ahead of the chain: the chain had `checkpoint.size` entries once, and has `size`. */
  | { readonly kind: 'cut-tail'; readonly size: number; readonly checkpoint: Checkpoint; readonly message: string }
  /**
   * Links fit, and yet the first `size` entries are not those of the checkpoint: there are two histories, which part after the
   * first `since` entries at the earliest. Several checkpoints: they have the same size and different roots.
   */
  | {
      readonly kind: 'fork';
      readonly size: number;
      readonly since: number;
      readonly checkpoints: readonly Checkpoint[];
      readonly message: string;
    }
  /** A checkpoint of another chain. */
  | { readonly kind: 'foreign-checkpoint'; readonly checkpoint: Checkpoint; readonly message: string };

type BadEntry = Extract<ChainFinding, { kind: 'bad-entry' }>;
type BadSegment = Extract<ChainFinding, { kind: 'bad-segment' }>;

const entryReasons: Readonly<Record<BadEntry['why'], string>> = {
  number: 'has another number stored with it',
  previous: 'does not link to the entry before: that one was changed, or entries were taken out, put in or moved here',
  hash: 'does not have the hash that is stored with it: it was changed',
  unlinked: 'has no link stored with it',
};

const segmentReasons: Readonly<Record<BadSegment['why'], string>> = {
  origin: 'belongs to another chain',
  overlap: 'begins with an entry that an earlier segment holds already',
  previous: 'does not link to the entry before: that one was changed, or this is a segment of another history',
};

/** Reports an entry. */
export function badEntry(number: number, why: BadEntry['why']): ChainFinding {
  return { kind: 'bad-entry', number, why, message: `Entry ${number} ${entryReasons[why]}.` };
}

/** Reports a segment, by the number that its first entry should have. */
export function badSegment(number: number, why: BadSegment['why']): ChainFinding {
  return { kind: 'bad-segment', number, why, message: `The segment from entry ${number} on ${segmentReasons[why]}.` };
}

/** Reports a gap. */
export function missingSegment(first: number, next: number): ChainFinding {
  return { kind: 'missing-segment', first, next, message: `Entries ${first} to ${next - 1} are missing.` };
}

/** Reports a chain that is shorter than it was. */
export function cutTail(size: number, checkpoint: Checkpoint): ChainFinding {
  const message = `The chain ends after ${size} entries, but had ${checkpoint.size} when a checkpoint was signed.`;
  return { kind: 'cut-tail', size, checkpoint, message };
}

/** Reports two histories. */
export function fork(since: number, checkpoints: readonly Checkpoint[], size: number): ChainFinding {
  const message =
    checkpoints.length > 1
      ? `There are ${checkpoints.length} checkpoints of ${size} entries with different roots.`
      : `The first ${size} entries are not those that a checkpoint was signed for; the two part after the first ${since} at the earliest.`;
  return { kind: 'fork', size, since, checkpoints, message };
}

/** Reports a checkpoint that says nothing about this chain. */
export function foreignCheckpoint(checkpoint: Checkpoint, origin: string): ChainFinding {
  const message = `A checkpoint of the chain "${checkpoint.origin}" was given for the chain "${origin}".`;
  return { kind: 'foreign-checkpoint', checkpoint, message };
}
