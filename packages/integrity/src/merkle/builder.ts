import { fromHex, toHex } from '../encoding.ts';
import { IntegrityError } from '../errors.ts';
import { kindOf } from '../hasher.ts';
import { checkHash, isHash, joinSubtrees, leafHash, nodeHash } from './hashing.ts';
import { bitsOf, checkPosition, half, isOdd, isSize } from './position.ts';

/** All that a builder holds, as plain data: keep it as JSON and go on later. */
export interface MerkleState {
  /** Leaves so far. */
  readonly size: number;
  /** Hashes of the complete subtrees from the left, one per bit that is set in `size`; 64 hexadecimal digits each. */
  readonly peaks: readonly string[];
}

/** A Merkle tree in the making that forgets its leaves; see {@link createMerkleBuilder}. */
export interface MerkleBuilder {
  /** Leaves so far. */
  readonly size: number;
  /**
   * Adds a leaf by its bytes and returns its hash.
   *
   * @throws {IntegrityError} `INVALID_INPUT` for anything but bytes; `INVALID_TREE_POSITION` after 2^53 - 1 leaves.
   */
  append(bytes: Uint8Array): Uint8Array;
  /**
   * Adds a leaf by its hash.
   *
   * @throws {IntegrityError} `INVALID_HASH` for anything but 32 bytes; `INVALID_TREE_POSITION` after 2^53 - 1 leaves.
   */
  appendHash(hash: Uint8Array): void;
  /** The root over the leaves so far, 32 bytes. Appending can go on. */
  root(): Uint8Array;
  /** What is needed to go on later. */
  state(): MerkleState;
}

function peaksOf(state: MerkleState): Uint8Array[] {
  const refuse = (got: string): never => {
    throw new IntegrityError('INVALID_MERKLE_STATE', `Expected what state() of a builder gave, got ${got}.`);
  };
  if (typeof state !== 'object' || state === null) return refuse(kindOf(state));
  if (!isSize(state.size)) return refuse(`the size ${String(state.size)}`);
  if (!Array.isArray(state.peaks) || state.peaks.length !== bitsOf(state.size)) {
    return refuse(`another number of peaks than a tree of ${state.size} leaves has`);
  }
  return (state.peaks as readonly unknown[]).map((text) => {
    const hash = typeof text === 'string' && text.length === 64 ? fromHex(text) : undefined;
    return isHash(hash) ? hash : refuse('a peak that is not 64 hexadecimal digits');
  });
}

/**
 * Starts a Merkle tree that takes leaf after leaf and keeps at most 53 hashes (a compact range). It gives the root at any time,
 * but no proofs: those need the hashes of all leaves, see `MerkleTree` and `proveInclusion`.
 *
 * @param from The state of an earlier builder, to go on where it ended.
 * @throws {IntegrityError} `INVALID_MERKLE_STATE` for a state that no builder gives.
 * @example
 * ```ts
 * import { createMerkleBuilder } from '@x/integrity';
 *
 * const builder = createMerkleBuilder();
 * builder.append(new TextEncoder().encode('first'));
 * const later = createMerkleBuilder(JSON.parse(JSON.stringify(builder.state())));
 * later.append(new TextEncoder().encode('second'));
 * console.log(later.size, later.root()); // 2, …
 * ```
 */
export function createMerkleBuilder(from: MerkleState = { size: 0, peaks: [] }): MerkleBuilder {
  const peaks = peaksOf(from);
  let size = from.size;
  const add = (hash: Uint8Array): void => {
    checkPosition('the size', size + 1, [1, Number.MAX_SAFE_INTEGER]);
    let peak = hash;
    // Each bit that is set at the end of the size is a subtree as large as the one in hand.
    for (let rest = size; isOdd(rest); rest = half(rest)) peak = nodeHash(peaks.pop() ?? peak, peak);
    peaks.push(peak);
    size++;
  };
  return {
    get size() {
      return size;
    },
    append(bytes) {
      const hash = leafHash(bytes);
      add(hash);
      return Uint8Array.from(hash);
    },
    appendHash: (hash) => add(checkHash(hash)),
    root: () => Uint8Array.from(joinSubtrees(peaks)),
    state: () => ({ size, peaks: peaks.map(toHex) }),
  };
}
