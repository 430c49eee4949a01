/**
 * Digests of bytes, streams, files and directories; manifests that are created, verified and scrubbed; canonical JSON.
 * Digests of bytes, streams and files: one call, native speed, a text form that names its algorithm. And signatures that
 * prove who vouches for them.
 *
 * @module
 */
export type { AnyAlgorithm, DigestAlgorithm, LegacyAlgorithm, LegacyOptions } from './algorithm.ts';
export { digest, type DigestInput, type DigestOptions } from './digest.ts';
export { digestFile } from './digest-file.ts';
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
export { type CheckpointSigner, signCheckpoint } from './chain/sign-checkpoint.ts';
export type { ChainState } from './chain/state.ts';
export { type ChainReport, verifyChain, type VerifyChainOptions } from './chain/verify-chain.ts';
export {
  type TrustedKey as CheckpointKey,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from './chain/verify-checkpoint.ts';

// Manifests
export { canonicalJson } from './canonical-json.ts';
export { createManifest, type ManifestOptions } from './manifest/create-manifest.ts';
export {
  digestManifest,
  type DigestManifestOptions,
  digestTree,
  type DigestTreeOptions,
} from './manifest/digest-manifest.ts';
export { formatManifest, parseManifest } from './manifest/manifest-json.ts';
export type {
  EntryKind,
  EntryPath,
  Manifest,
  ManifestEntry,
  ManifestProblem,
  ManifestProgress,
  TreeOptions,
} from './manifest/model.ts';
export { formatSum, formatSums, type SumsOptions } from './manifest/format-sums.ts';
export { parseSums, type ParseSumsOptions } from './manifest/parse-sums.ts';

// Signatures
export {
  generateKeyPair,
  type KeyPair,
  type KeyPairOptions,
  type PrivateKey,
  type PublicKey,
} from './signature/key.ts';
export type { KeyAlgorithm } from './signature/key-algorithm.ts';
export {
  type KeyFileWarning,
  type LoadedPrivateKey,
  loadPrivateKey,
  loadPublicKey,
  savePrivateKey,
  savePublicKey,
} from './signature/key-file.ts';
export { preAuthEncoding } from './signature/pae.ts';
export { parsePrivateKey, parsePublicKey, type PrivateKeyOptions } from './signature/parse-key.ts';
export type { FileInput, SignInput } from './signature/measure.ts';
export { sign, type SignOptions } from './signature/sign.ts';
export type { DocumentSignature, SignatureDocument } from './signature/signature-document.ts';
export type { KeyVerdict, TrustedKey, TrustOptions } from './signature/trusted-keys.ts';
export type { SignatureVerdict, Verdict } from './signature/verdict.ts';
export { type TimedVerdict, type Verification, verify, type VerifyOptions } from './signature/verify.ts';
export {
  type DsseEnvelope,
  type EnvelopeSignature,
  signEnvelope,
  type SignEnvelopeOptions,
} from './signature/envelope.ts';
export type { DigestSet, NamedDigest, SubjectDifference } from './signature/named-digest.ts';
export {
  signStatement,
  type SignStatementOptions,
  type StatementVerification,
  verifyStatement,
  type VerifyStatementOptions,
} from './signature/signed-attestation.ts';
export { createStatement, type Statement, type StatementInput, type Subject } from './signature/statement.ts';
export {
  type EnvelopeFindings,
  type EnvelopeVerification,
  type RejectedEnvelope,
  type VerifiedEnvelope,
  verifyEnvelope,
  type VerifyEnvelopeOptions,
} from './signature/verify-envelope.ts';
export type {
  Change,
  Finding,
  VerifyCounts as ManifestCounts,
  VerifyReport as ManifestReport,
} from './manifest/findings.ts';
export { reportText } from './manifest/report-text.ts';
export { verifyManifest, type VerifyOptions as VerifyManifestOptions } from './manifest/verify-manifest.ts';
export type { Clock } from './clock.ts';
export type { Ignored } from './manifest/compare.ts';
export { scrub, type ScrubOptions, type ScrubReport } from './scrub/scrub.ts';
export type { EarlierDamage, ScrubBudget, ScrubCoverage } from './scrub/scrub-plan.ts';
export { scrubText } from './scrub/scrub-text.ts';
export type { CertificateProblem } from './signature/certificate-chain.ts';
export type { ModelBundle, VerificationMaterial } from './signature/model-bundle.ts';
export type { ModelManifest, ModelResource, ModelSerialization } from './signature/model-manifest.ts';
export { signModel, type SignModelOptions } from './signature/sign-model.ts';
export {
  type ModelProblem,
  type ModelSigner,
  type ModelTrust,
  type ModelVerification,
  openModelBundle,
  type OpenedModelBundle,
  verifyModel,
  type VerifyModelOptions,
} from './signature/verify-model.ts';
