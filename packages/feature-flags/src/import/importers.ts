import { type ImportedFlags, importFlags, type ImportOptions } from './import-flags.ts';

/** Options of the importers of one system each. */
export type ImportFieldsOptions = Omit<ImportOptions, 'from'>;

/**
 * Takes over flags of Unleash: the document of its client API, or a backup of it. {@link importFlags} says how.
 *
 * @throws {FlagError} `INVALID_FLAGS`.
 */
export const importUnleash = (source: unknown, options: ImportFieldsOptions = {}): ImportedFlags =>
  importFlags(source, { ...options, from: 'unleash' });

/**
 * Takes over flags of GrowthBook: the features JSON of its SDKs. {@link importFlags} says how.
 *
 * @throws {FlagError} `INVALID_FLAGS`.
 */
export const importGrowthBook = (source: unknown, options: ImportFieldsOptions = {}): ImportedFlags =>
  importFlags(source, { ...options, from: 'growthbook' });

/**
 * Takes over flags of LaunchDarkly: the data of its server SDKs, or their files. {@link importFlags} says how.
 *
 * @throws {FlagError} `INVALID_FLAGS`.
 */
export const importLaunchDarkly = (source: unknown, options: ImportFieldsOptions = {}): ImportedFlags =>
  importFlags(source, { ...options, from: 'launchdarkly' });
