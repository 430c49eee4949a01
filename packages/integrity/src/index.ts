/**
 * Proof that bytes are what they were, and who vouches for them: digests, manifests of directories, scrubs, Merkle trees,
 * hash chains and signatures.
 *
 * @module
 */
// What browsers get too; below it is what needs files or keys of Node.
export * from './browser.ts';
export { digestFile } from './digest-file.ts';

// Checkpoints of hash chains
export { type CheckpointSigner, signCheckpoint } from './chain/sign-checkpoint.ts';
export { type CheckpointKey, type VerifiedCheckpoint, verifyCheckpoint } from './chain/verify-checkpoint.ts';

// Manifests
export { createManifest, type ManifestOptions } from './manifest/create-manifest.ts';
export {
  digestManifest,
  type DigestManifestOptions,
  digestTree,
  type DigestTreeOptions,
} from './manifest/digest-manifest.ts';
export { type EntryVerification, type InclusionProof, proveEntry, verifyEntry } from './manifest/inclusion.ts';
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
