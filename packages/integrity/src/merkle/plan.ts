import { checkPosition, powerBelow } from './position.ts';

/** A complete subtree: its 2^level leaves begin at leaf `index * 2^level`. Its hash never changes as the tree grows. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** One hash of a proof: complete subtrees, left to right, that are to be joined. */
export type ProofStep = readonly TreeNode[];

/** The complete subtrees of the leaves from `begin` up to `end`, largest first. `begin` is a multiple of the largest. */
export function nodesBetween(begin: number, end: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  let at = begin;
  while (at < end) {
    let [width, level] = [1, 0];
    while (width * 2 <= end - at) [width, level] = [width * 2, level + 1];
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/**
 * What the inclusion proof of a leaf is made of, lowest hash first (PATH of RFC 9162, section 2.1.3.1): on the way from the
 * root down to the leaf, the other side of each fork.
 *
 * @throws {IntegrityError} `INVALID_TREE_POSITION`.
 */
export function planInclusion(index: number, size: number): ProofStep[] {
  checkPosition('the size', size, [1, Number.MAX_SAFE_INTEGER]);
  checkPosition('the index', index, [0, size - 1]);
  const steps: ProofStep[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + powerBelow(end - begin);
    steps.push(index < middle ? nodesBetween(middle, end) : nodesBetween(begin, middle));
    if (index < middle) end = middle;
    else begin = middle;
  }
  return steps.toReversed();
}

/**
 * What the proof that one size extends another is made of, lowest hash first (SUBPROOF of RFC 9162, section 2.1.4.1): on the way
 * down to where the smaller tree ends, the other side of each fork, and the subtree there unless it is the whole smaller tree.
 *
 * @throws {IntegrityError} `INVALID_TREE_POSITION`.
 */
export function planConsistency(size1: number, size2: number): ProofStep[] {
  checkPosition('the larger size', size2, [0, Number.MAX_SAFE_INTEGER]);
  checkPosition('the smaller size', size1, [0, size2]);
  if (size1 === 0) return [];
  const steps: ProofStep[] = [];
  let [begin, end] = [0, size2];
  while (end !== size1) {
    const middle = begin + powerBelow(end - begin);
    steps.push(size1 <= middle ? nodesBetween(middle, end) : nodesBetween(begin, middle));
    if (size1 <= middle) end = middle;
    else begin = middle;
  }
  if (begin > 0) steps.push(nodesBetween(begin, end));
  return steps.toReversed();
}
