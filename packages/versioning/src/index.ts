/**
 * Releases that can be resumed, proven and undone.
 *
 * @module
 */
export type { ChangelogEntry, ChangelogSection, ReleaseNotes } from './changelog/changelog.ts';
export { formatChangelog, type FormatChangelogOptions, formatRelease } from './changelog/format-changelog.ts';
export { planVersion } from './changelog/plan-version.ts';
export { planChangelogFile, type PlanChangelogFileOptions } from './files/plan-changelog-file.ts';
export type { FileChange } from './files/file-change.ts';
export { readChangelog, type ReadChangelogOptions } from './changelog/read-changelog.ts';
export { KEEP_A_CHANGELOG, type SectionTitles } from './changelog/sections.ts';
export { parseCommit } from './commits/parse-commit.ts';
export type { IssueReference, ParsedCommit, RevertTarget, Trailer } from './commits/parsed-commit.ts';
export { type HistoryCommit, withoutReverted } from './commits/without-reverted.ts';
export { type FilePlace, VersioningError, type VersioningErrorCode, type VersioningErrorOptions } from './errors.ts';
export { planVersionFile } from './files/plan-version-file.ts';
export { type AppliedTag, type ApplyGitOptions, applyTag } from './git/apply-tag.ts';
export type { Checkout, CountedPaths, Remote, Upstream } from './git/checkout.ts';
export type { GitIdentity } from './git/identity.ts';
export type { CommitPlan } from './git/plan-commit.ts';
export { planTag, type PlanTagOptions, type TagPlan } from './git/plan-tag.ts';
export { readCheckout } from './git/read-checkout.ts';
export { type LoggedCommit, readCommits, type ReadCommitsOptions } from './git/read-commits.ts';
export { readTags, type ReadTagsOptions, type VersionTag } from './git/read-tags.ts';
export type { StoredTag } from './git/read-tag.ts';
export type { GitOptions } from './git/run-git.ts';
export type { Signing, SignOption } from './git/signing.ts';
export type { TagSignature } from './git/tag-signature.ts';
export { type VerifiedTag, verifyTag, type VerifyTagOptions } from './git/verify-tag.ts';
export type { Intent, IntentRelease } from './intents/intent.ts';
export { readIntentCommits } from './intents/intent-commits.ts';
export { mergeNotes, type MergeNotesOptions } from './intents/merge-notes.ts';
export { type IntentNotesOptions, notesOfIntents } from './intents/notes.ts';
export { parseIntent, type ParseIntentOptions } from './intents/parse-intent.ts';
export { type IntentRemoval, type IntentRemovalOptions, planIntentRemoval } from './intents/plan-intent-removal.ts';
export { type PreMode, readPreMode } from './intents/pre-mode.ts';
export type { Random } from './intents/random.ts';
export { readIntents, type ReadIntentsOptions } from './intents/read-intents.ts';
export { type NewIntentRelease, writeIntent, type WriteIntentOptions } from './intents/write-intent.ts';
export {
  planWorkspaceBumps,
  type RangeUpdate,
  type WorkspaceBump,
  type WorkspaceBumpOptions,
} from './workspace/plan-workspace-bumps.ts';
export type { DependencyField, DependencyRanges, WorkspacePackage } from './workspace/workspace-package.ts';
export { type BumpLevel, CHANGE_TYPES, type ChangeTypes, levelOfType } from './version/change-types.ts';
export { type BumpCause, type BumpOptions, type BumpPlan, planBump } from './version/plan-bump.ts';
export type { SbomSubject } from './sbom/bill.ts';
export { createSbom, type SbomFormat, type SbomOptions } from './sbom/create-sbom.ts';
export type {
  ComponentDigest,
  DependencyKind,
  LockfileComponent,
  LockfileEdge,
  LockfileGraph,
  LockfileKind,
  LockfileWorkspace,
  MissingDependency,
} from './sbom/graph.ts';
export { parseLockfile, type ParseLockfileOptions } from './sbom/parse-lockfile.ts';
export { readLockfile, type ReadLockfileOptions } from './sbom/read-lockfile.ts';
export { formatContents, parseContents } from './artifact/contents-text.ts';
export { createArtifact, type CreateArtifactOptions } from './artifact/create-artifact.ts';
export { type ChangedContent, type ContentsDiff, diffContents, type RenamedContent } from './artifact/diff-contents.ts';
export { extractArtifact, type ExtractArtifactOptions } from './artifact/extract-artifact.ts';
export type { ArtifactLimits } from './artifact/limits.ts';
export { listArtifact, type ListArtifactOptions } from './artifact/list-artifact.ts';
export type {
  ArtifactContent,
  ArtifactEntry,
  ArtifactInventory,
  ArtifactPlan,
  ArtifactProgress,
  ArtifactSummary,
  ArtifactWork,
} from './artifact/model.ts';
export type { ExpectedDigest } from './artifact/opened-artifact.ts';
export { planArtifact, type PlanArtifactOptions } from './artifact/plan-artifact.ts';
export { readContents, type ReadContentsOptions } from './artifact/read-contents.ts';
export type { Migration, MigrationFile, MigrationKind, Migrations } from './migrations/model.ts';
export { planMigrations } from './migrations/plan-migrations.ts';
export { readMigrations, type ReadMigrationsOptions } from './migrations/read-migrations.ts';

// Releases
export { createReleaseManager } from './release/create-manager.ts';
export type { Clock } from './clock.ts';
export type { ChangedComponent, ReleaseDiff } from './release/diff-releases.ts';
export type {
  ExportedRelease,
  ListReleasesOptions,
  ReadReleaseOptions,
  ReleaseManager,
  ReleaseManagerEvent,
  ReleaseManagerOptions,
  YankOptions,
} from './release/manager.ts';
export type { ReleaseMetrics } from './release/metrics.ts';
export type {
  JsonValue,
  Release,
  ReleaseArtifact,
  ReleaseChangelog,
  ReleaseEntry,
  ReleaseManifest,
  ReleaseSbom,
  ReleaseSource,
  ReleaseStatus,
  ReleaseSummary,
  StoredContent,
  Yank,
} from './release/model.ts';
export type {
  PlannedArtifact,
  PlannedPush,
  PlannedRelease,
  PlannedSbom,
  PlannedTag,
  ReleasePlan,
} from './release/plan.ts';
export type { PlanReleaseOptions } from './release/plan-options.ts';
export type { ReleaseRun, ResumeOptions } from './release/resume.ts';
export type { RunEvent } from './release/run-release.ts';
export type { BillComponent } from './release/sbom-components.ts';
export type { StepName } from './release/steps.ts';
export type {
  ReleaseCheck,
  ReleaseCheckName,
  ReleaseVerification,
  VerifyReleaseOptions,
} from './release/verify-release.ts';
export type { VersionInfo } from './release/version-info.ts';
export type { ReleaseBill, ReleaseFiles, ReleaseWorkspace } from './release/workspace.ts';
export { applyCi, type ApplyCiOptions, type CiChange, compareCi } from './ci/apply-ci.ts';
export type { CiFile, CiOptions, CiPackageManager, CiPlan, CiProject } from './ci/model.ts';
export { planCi } from './ci/plan-ci.ts';
export { type FoundCiProject, readCiProject, type ReadCiProjectOptions } from './ci/read-ci-project.ts';
