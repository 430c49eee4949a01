import { checkHash, joinSubtrees } from './hashing.ts';
import { nodesBetween, planConsistency, planInclusion, type ProofStep } from './plan.ts';
import { checkPosition } from './position.ts';

/**
 * Gives the stored hash of a complete subtree: of the 2^`level` leaves that begin at leaf `index * 2^level`. Level 0 is the leaves'
 * own hashes. Such hashes never change, so they can be kept in files of whole levels, or in tiles that hold some levels each.
 */
export type NodeReader = (level: number, index: number) => Uint8Array | Promise<Uint8Array>;

async function readStep(step: ProofStep, read: NodeReader): Promise<Uint8Array> {
  const hashes = await Promise.all(step.map(async ({ level, index }) => checkHash(await read(level, index))));
  return joinSubtrees(hashes);
}

async function readSteps(steps: readonly ProofStep[], read: NodeReader): Promise<Uint8Array[]> {
  return await Promise.all(steps.map((step) => readStep(step, read)));
}

/**
 * Makes an inclusion proof from stored hashes, so that a log of millions need not be in memory: `read` is called at most 105 times,
 * several at a time. What it reads is not checked; a proof from damaged hashes fails in `verifyInclusion`.
 *
 * Most users have a `MerkleTree` and never need this.
 *
 * Source: RFC 9162, section 2.1.3.1.
 *
 * @returns Hashes of 32 bytes, lowest first.
 * @throws {IntegrityError} `INVALID_TREE_POSITION` for an index that is not in a tree of that size; `INVALID_HASH` when `read` gives
 * anything but 32 bytes. An error of `read` is passed on as it is.
 * @example
 * ```ts
 * import { open } from 'node:fs/promises';
 * import { proveInclusion } from '@x/integrity';
 *
 * // One file per level, with the hashes one after the other.
 * const proof = await proveInclusion({ index: 5, size: 1_000_000 }, async (level, index) => {
 *   await using file = await open(`level-${level}`);
 *   const { buffer, bytesRead } = await file.read(new Uint8Array(32), 0, 32, index * 32);
 *   return buffer.subarray(0, bytesRead);
 * });
 * console.log(proof.length); // 20
 * ```
 */
export async function proveInclusion(
  position: { readonly index: number; readonly size: number },
  read: NodeReader,
): Promise<Uint8Array[]> {
  return await readSteps(planInclusion(position.index, position.size), read);
}

/**
 * Makes a consistency proof between two sizes of a tree from stored hashes; see {@link proveInclusion}.
 *
 * Source: RFC 9162, section 2.1.4.1.
 *
 * @returns Hashes of 32 bytes, lowest first; none where the sizes are equal or `size1` is 0.
 * @throws {IntegrityError} `INVALID_TREE_POSITION` unless `0 <= size1 <= size2`; `INVALID_HASH`.
 */
export async function proveConsistency(
  sizes: { readonly size1: number; readonly size2: number },
  read: NodeReader,
): Promise<Uint8Array[]> {
  return await readSteps(planConsistency(sizes.size1, sizes.size2), read);
}

/**
 * Computes the root of the first `size` leaves from stored hashes, of which it reads at most 53.
 *
 * @throws {IntegrityError} `INVALID_TREE_POSITION` for anything but a size; `INVALID_HASH`.
 */
export async function readRoot(size: number, read: NodeReader): Promise<Uint8Array> {
  return await readStep(nodesBetween(0, checkPosition('the size', size, [0, Number.MAX_SAFE_INTEGER])), read);
}
