import { leafHash } from '../merkle/hashing.ts';
import type { Checkpoint } from './checkpoint.ts';
import { linkAfter } from './link.ts';
import type { SegmentHeader } from './segment.ts';
import { type ChainState, openHead, stateOf } from './state.ts';

/** The place of an entry in its chain. A log stores `previous` or `hash` with each entry; the others may help to find it. */
export interface ChainLink {
  /** From 0; also the entry's index in the Merkle tree. */
  readonly number: number;
  /** Link hash of the entry before, 32 bytes. */
  readonly previous: Uint8Array;
  /** Link hash of this entry, 32 bytes. */
  readonly hash: Uint8Array;
}

/** A hash chain that is being written; see {@link createChain}. */
export interface Chain {
  readonly origin: string;
  /** Entries so far. */
  readonly size: number;
  /** Link hash of the last entry, which the next one links to: 32 bytes, a fresh copy at each call. */
  readonly link: Uint8Array;
  /**
   * Adds an entry by its raw bytes. They are read before the call returns.
   *
   * @throws {IntegrityError} `INVALID_INPUT` for anything but bytes.
   */
  append(bytes: Uint8Array): ChainLink;
  /** Header of a segment that begins with the next entry. */
  header(): SegmentHeader;
  /** What the chain is now: sign it with `signCheckpoint`, and keep it where whoever writes the chain can't. */
  checkpoint(): Checkpoint;
  /** What is needed to go on later. */
  state(): ChainState;
}

/**
 * Starts a hash chain: each entry links to the one before by its hash, so that nobody can change, move, add or take out an
 * entry unseen, except at the end. That the end is still there is shown by checkpoints that are kept elsewhere. A Merkle tree
 * grows beside the links, so that a checkpoint's root also proves single entries. Entries are raw bytes and are not kept;
 * memory stays at a few kilobytes.
 *
 * The bytes are described in `docs/formats/hash-chain.md`.
 *
 * @param origin Names the chain, in one line that no other chain has, such as `example.com/audit`.
 * @param from The state of an earlier run, to go on where it ended.
 * @throws {IntegrityError} `INVALID_ORIGIN`, `INVALID_CHAIN_STATE`.
 * @example
 * ```ts
 * import { createChain } from '@x/integrity';
 *
 * const chain = createChain('example.com/audit');
 * // The entry may hold the link itself: it is covered by the entry's own hash.
 * const line = JSON.stringify({ event: 'login', previous: Buffer.from(chain.link).toString('hex') });
 * chain.append(Buffer.from(line));
 * console.log(chain.checkpoint().size); // 1
 * ```
 */
export function createChain(origin: string, from?: ChainState): Chain {
  const head = openHead(origin, from);
  return {
    origin,
    get size() {
      return head.tree.size;
    },
    get link() {
      return Uint8Array.from(head.link);
    },
    append(bytes) {
      const [number, previous, leaf] = [head.tree.size, head.link, leafHash(bytes)];
      head.tree.appendHash(leaf);
      head.link = linkAfter(previous, number, leaf);
      return { number, previous: Uint8Array.from(previous), hash: Uint8Array.from(head.link) };
    },
    header: () => ({ origin, first: head.tree.size, previous: Uint8Array.from(head.link) }),
    checkpoint: () => ({ origin, size: head.tree.size, root: head.tree.root() }),
    state: () => stateOf(head),
  };
}
