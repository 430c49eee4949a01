/**
 * Releases that can be resumed, proven and undone.
 *
 * @module
 */
export { VersioningError, type VersioningErrorCode, type VersioningErrorOptions } from './errors.ts';
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
