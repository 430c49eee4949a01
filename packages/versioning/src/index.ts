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
export { planVersionFile } from './files/plan-version-file.ts';
export { VersioningError, type VersioningErrorCode, type VersioningErrorOptions } from './errors.ts';
export { type LoggedCommit, readCommits, type ReadCommitsOptions } from './git/read-commits.ts';
export { readTags, type ReadTagsOptions, type VersionTag } from './git/read-tags.ts';
export type { GitOptions } from './git/run-git.ts';
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
export { createArtifact } from './artifact/create-artifact.ts';
export { extractArtifact, type ExtractArtifactOptions } from './artifact/extract-artifact.ts';
export type { ArtifactLimits } from './artifact/limits.ts';
export { listArtifact, type ListArtifactOptions } from './artifact/list-artifact.ts';
export type { ArtifactEntry, ArtifactPlan, ArtifactProgress, ArtifactSummary, ArtifactWork } from './artifact/model.ts';
export type { ExpectedDigest } from './artifact/opened-artifact.ts';
export { planArtifact, type PlanArtifactOptions } from './artifact/plan-artifact.ts';
