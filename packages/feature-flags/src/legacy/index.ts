/**
 * The face of older systems, for code that need not change.
 *
 * @module
 */
export { featureFlags, type LegacyFlags } from './feature-flags.ts';
export type { SetFeatureFlagOptions } from './legacy-edit.ts';
