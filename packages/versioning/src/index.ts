/**
 * Releases that can be resumed, proven and undone.
 *
 * @module
 */
export { VersioningError, type VersioningErrorCode, type VersioningErrorOptions } from './errors.ts';
export { type BumpLevel, CHANGE_TYPES, type ChangeTypes, levelOfType } from './version/change-types.ts';
export { type BumpCause, type BumpOptions, type BumpPlan, planBump } from './version/plan-bump.ts';
export { createArtifact } from './artifact/create-artifact.ts';
export { extractArtifact, type ExtractArtifactOptions } from './artifact/extract-artifact.ts';
export type { ArtifactLimits } from './artifact/limits.ts';
export { listArtifact, type ListArtifactOptions } from './artifact/list-artifact.ts';
export type { ArtifactEntry, ArtifactPlan, ArtifactProgress, ArtifactSummary, ArtifactWork } from './artifact/model.ts';
export type { ExpectedDigest } from './artifact/opened-artifact.ts';
export { planArtifact, type PlanArtifactOptions } from './artifact/plan-artifact.ts';
