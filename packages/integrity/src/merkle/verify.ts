import { equalBytes } from '../equal-bytes.ts';
import { emptyRoot, isHash, nodeHash } from './hashing.ts';
import { half, isOdd, isSize } from './position.ts';

/** What an inclusion proof is said to prove: that the leaf stands at `index` in the tree of `size` leaves with `root`. */
export interface InclusionClaim {
  /** 32 bytes, see `leafHash`. */
  readonly leafHash: Uint8Array;
  /** Counted from 0. */
  readonly index: number;
  /** Leaves in the tree, up to 2^53 - 1. */
  readonly size: number;
  /** 32 bytes; from a source that is trusted, such as a signed checkpoint. */
  readonly root: Uint8Array;
  /** The hashes beside the way from the leaf to the root, lowest first. */
  readonly proof: readonly Uint8Array[];
}

/** What a consistency proof is said to prove: that the tree of `size2` begins with all leaves of the tree of `size1`. */
export interface ConsistencyClaim {
  readonly size1: number;
  readonly size2: number;
  /** 32 bytes. */
  readonly root1: Uint8Array;
  /** 32 bytes. */
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** One move from a node to its parent, in two trees that share their left part. */
interface Climb {
  /** Position in the smaller tree, or of the leaf. */
  first: number;
  /** Position of the last node of the (larger) tree. */
  last: number;
}

/** What joins the node with the next hash of a proof; then both positions are those of the parent. */
function climb(at: Climb): 'from-left' | 'from-right' {
  let side: 'from-left' | 'from-right' = 'from-right';
  if (isOdd(at.first) || at.first === at.last) {
    side = 'from-left';
    // A node without a sibling is its own parent until there is one on the left.
    while (!isOdd(at.first) && at.first !== 0) [at.first, at.last] = [half(at.first), half(at.last)];
  }
  [at.first, at.last] = [half(at.first), half(at.last)];
  return side;
}

// RFC 9162, section 2.1.3.2. Each turn halves `last`, so a proof is read for 53 turns at most, however long it is.
function includes({ leafHash, index, size, root, proof }: InclusionClaim): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  if (!isHash(leafHash) || !isHash(root) || !Array.isArray(proof)) return false;
  const at: Climb = { first: index, last: size - 1 };
  let hash = leafHash;
  for (const beside of proof as readonly unknown[]) {
    if (at.last === 0 || !isHash(beside)) return false;
    hash = climb(at) === 'from-left' ? nodeHash(beside, hash) : nodeHash(hash, beside);
  }
  return at.last === 0 && equalBytes(hash, root);
}

/**
 * Whether a proof shows that a leaf is in a tree. The root and the size must come from a source that is trusted; everything
 * else may come from anyone, in any shape: whatever is wrong with it gives `false`, after at most 53 steps.
 *
 * A proof fits the root, not the size alone: some sizes share the shape of a path, so take both from one checkpoint.
 *
 * Source: RFC 9162, section 2.1.3.2.
 *
 * @example
 * ```ts
 * import { leafHash, MerkleTree, verifyInclusion } from '@x/integrity';
 *
 * const line = new TextEncoder().encode('{"event":"login"}');
 * const tree = new MerkleTree();
 * tree.append(line);
 * const proof = tree.proveInclusion(0);
 * console.log(verifyInclusion({ leafHash: leafHash(line), index: 0, size: 1, root: tree.root(), proof })); // true
 * ```
 */
export function verifyInclusion(claim: InclusionClaim): boolean {
  try {
    return includes(claim);
  } catch {
    // No object at all, or one whose properties throw.
    return false;
  }
}

// RFC 9162, section 2.1.4.2, with the two cases that it leaves out: the same size twice, and the empty tree.
function extend({ size1, size2, root1, root2, proof }: ConsistencyClaim): boolean {
  if (!isSize(size1) || !isSize(size2) || size1 > size2) return false;
  if (!isHash(root1) || !isHash(root2) || !Array.isArray(proof)) return false;
  if (size1 === 0 && !equalBytes(root1, emptyRoot())) return false;
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2);
  if (size1 === 0) return proof.length === 0;
  const at: Climb = { first: size1 - 1, last: size2 - 1 };
  while (isOdd(at.first)) [at.first, at.last] = [half(at.first), half(at.last)];
  // A complete first tree is itself a node of the second one, and the proof leaves it out.
  const hashes: readonly unknown[] = at.first === 0 ? [root1, ...bounded(proof)] : bounded(proof);
  const ends = rootsFrom(hashes, at);
  return ends !== undefined && equalBytes(ends[0], root1) && equalBytes(ends[1], root2);
}

/** The roots of the smaller and of the larger tree that the hashes lead to, if they lead to the top. */
function rootsFrom([start, ...rest]: readonly unknown[], at: Climb): readonly [Uint8Array, Uint8Array] | undefined {
  if (!isHash(start)) return undefined;
  let [hash1, hash2] = [start, start];
  for (const beside of rest) {
    if (at.last === 0 || !isHash(beside)) return undefined;
    if (climb(at) === 'from-left') [hash1, hash2] = [nodeHash(beside, hash1), nodeHash(beside, hash2)];
    else hash2 = nodeHash(hash2, beside);
  }
  return at.last === 0 ? [hash1, hash2] : undefined;
}

/** No proof between trees of up to 2^53 - 1 leaves has more hashes; what is longer fails with one too many. */
const MOST_HASHES = 54;

function bounded(proof: readonly unknown[]): readonly unknown[] {
  return proof.slice(0, MOST_HASHES + 1);
}

/**
 * Whether a proof shows that a tree only grew: that the first `size1` leaves of the tree with `root2` are the tree with
 * `root1`. Anything may come from anyone, in any shape: whatever is wrong with it gives `false`, after at most 54 steps.
 *
 * Every tree extends the empty one, whose root is SHA-256 of nothing; a tree extends itself; both with an empty proof.
 *
 * Source: RFC 9162, section 2.1.4.2.
 *
 * @example
 * ```ts
 * import { MerkleTree, verifyConsistency } from '@x/integrity';
 *
 * const tree = new MerkleTree();
 * for (const each of [1, 2, 3]) tree.append(Uint8Array.of(each));
 * const [root1, root2, proof] = [tree.root(2), tree.root(3), tree.proveConsistency(2, 3)];
 * console.log(verifyConsistency({ size1: 2, size2: 3, root1, root2, proof })); // true
 * ```
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  try {
    return extend(claim);
  } catch {
    return false;
  }
}
