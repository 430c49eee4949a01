import { checkHash, joinSubtrees, leafHash, nodeHash } from './hashing.ts';
import { nodesBetween, planConsistency, planInclusion, type ProofStep } from './plan.ts';
import { checkPosition, half, isOdd } from './position.ts';

/**
 * A Merkle tree (RFC 9162, section 2.1) that keeps the hashes of all its complete subtrees in memory, about two per leaf, and
 * proves what is in it and how it grew. For a tree that need not give proofs there is `createMerkleBuilder`; for one that is
 * too large for memory, `proveInclusion` and `proveConsistency`.
 *
 * @example
 * ```ts
 * import { MerkleTree } from '@x/integrity';
 *
 * const tree = new MerkleTree();
 * for (const word of ['never', 'lose', 'data']) tree.append(new TextEncoder().encode(word));
 * console.log(tree.size, tree.proveInclusion(1).length, tree.proveConsistency(2, 3).length); // 3, 2, 1
 * ```
 */
export class MerkleTree {
  /** By level, then by index. */
  readonly #levels: Uint8Array[][] = [[]];

  /** Leaves so far. */
  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /**
   * Adds a leaf by its bytes and returns its hash, which is all that is kept of it.
   *
   * @throws {IntegrityError} `INVALID_INPUT` for anything but bytes.
   */
  append(bytes: Uint8Array): Uint8Array {
    const hash = leafHash(bytes);
    this.#add(hash);
    return Uint8Array.from(hash);
  }

  /**
   * Adds a leaf by its hash.
   *
   * @throws {IntegrityError} `INVALID_HASH` for anything but 32 bytes.
   */
  appendHash(hash: Uint8Array): void {
    this.#add(checkHash(hash));
  }

  /**
   * The root of the first `size` leaves (default: of all), 32 bytes.
   *
   * @throws {IntegrityError} `INVALID_TREE_POSITION` for a size that the tree has not reached.
   */
  root(size: number = this.size): Uint8Array {
    return Uint8Array.from(this.#join(nodesBetween(0, checkPosition('the size', size, [0, this.size]))));
  }

  /**
   * Proves that the leaf at `index` is among the first `size` leaves (default: all); `verifyInclusion` checks it.
   *
   * @throws {IntegrityError} `INVALID_TREE_POSITION` unless `index < size <= tree.size`.
   */
  proveInclusion(index: number, size: number = this.size): Uint8Array[] {
    const steps = planInclusion(index, checkPosition('the size', size, [0, this.size]));
    return steps.map((step) => Uint8Array.from(this.#join(step)));
  }

  /**
   * Proves that the first `size2` leaves (default: all) begin with the first `size1`; `verifyConsistency` checks it.
   *
   * @throws {IntegrityError} `INVALID_TREE_POSITION` unless `size1 <= size2 <= tree.size`.
   */
  proveConsistency(size1: number, size2: number = this.size): Uint8Array[] {
    const steps = planConsistency(size1, checkPosition('the larger size', size2, [0, this.size]));
    return steps.map((step) => Uint8Array.from(this.#join(step)));
  }

  #join(step: ProofStep): Uint8Array {
    return joinSubtrees(step.map(({ level, index }) => checkHash(this.#levels[level]?.[index])));
  }

  /** Adds the leaf, and each subtree that it completes. */
  #add(leaf: Uint8Array): void {
    let hash = leaf;
    let index = this.size;
    for (let level = 0; ; level++, index = half(index)) {
      const row = (this.#levels[level] ??= []);
      row.push(hash);
      if (!isOdd(index)) return;
      hash = nodeHash(checkHash(row[index - 1]), hash);
    }
  }
}
