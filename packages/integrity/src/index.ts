/**
 * Digests of bytes, streams, files and directories; manifests that are created, verified and scrubbed; canonical JSON.
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
export { formatSums, type SumsOptions } from './manifest/format-sums.ts';
export { parseSums, type ParseSumsOptions } from './manifest/parse-sums.ts';
export type { Change, Finding, VerifyCounts, VerifyReport } from './manifest/findings.ts';
export { reportText } from './manifest/report-text.ts';
export { verifyManifest, type VerifyOptions } from './manifest/verify-manifest.ts';
export { scrub, type ScrubOptions, type ScrubReport } from './scrub/scrub.ts';
export type { EarlierDamage, ScrubBudget, ScrubCoverage } from './scrub/scrub-plan.ts';
export { scrubText } from './scrub/scrub-text.ts';
