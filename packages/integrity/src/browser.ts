/**
 * What of the package runs in browsers too: digests, canonical JSON, Merkle trees and hash chains. A file is a `File` here, which
 * `digest` takes.
 *
 * @module
 */
export type { AnyAlgorithm, DigestAlgorithm, LegacyAlgorithm, LegacyOptions } from './algorithm.ts';
export { canonicalJson } from './canonical-json.ts';
export { digest, type DigestInput, type DigestOptions } from './digest.ts';
export { Digest } from './digest-value.ts';
export { digestsEqual } from './digests-equal.ts';
export { IntegrityError, type IntegrityErrorCode, type IntegrityErrorOptions } from './errors.ts';
export { createDigest, type Hasher } from './hasher.ts';
export { parseDigest } from './parse-digest.ts';
export type { ByteStream } from './pieces.ts';

// Merkle trees
export { createMerkleBuilder, type MerkleBuilder, type MerkleState } from './merkle/builder.ts';
export { leafHash } from './merkle/hashing.ts';
export { type NodeReader, proveConsistency, proveInclusion, readRoot } from './merkle/prove.ts';
export { MerkleTree } from './merkle/tree.ts';
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './merkle/verify.ts';

// Hash chains
export { type Chain, type ChainLink, createChain } from './chain/chain.ts';
export type { Checkpoint } from './chain/checkpoint.ts';
export type { ChainFinding } from './chain/findings.ts';
export {
  type ChainEntry,
  type ChainSegment,
  formatSegmentHeader,
  parseSegmentHeader,
  type SegmentHeader,
} from './chain/segment.ts';
export type { ChainState } from './chain/state.ts';
export { type ChainReport, verifyChain, type VerifyChainOptions } from './chain/verify-chain.ts';
