/**
 * Takes over the flags of other systems, with the cohorts they have there.
 *
 * @module
 */
export { importFlags, type ImportedFlags, type ImportNote, type ImportOptions } from './import-flags.ts';
export { type ImportFieldsOptions, importGrowthBook, importLaunchDarkly, importUnleash } from './importers.ts';
