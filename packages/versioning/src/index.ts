/**
 * Releases that can be resumed, proven and undone.
 *
 * @module
 */
export { VersioningError, type VersioningErrorCode, type VersioningErrorOptions } from './errors.ts';
export { type BumpLevel, CHANGE_TYPES, type ChangeTypes, levelOfType } from './version/change-types.ts';
export { type BumpCause, type BumpOptions, type BumpPlan, planBump } from './version/plan-bump.ts';
