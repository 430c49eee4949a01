/**
 * Versions of model files: inspected without running them, promoted by gates, restored bit for bit.
 *
 * @module
 */
export { ModelError, type ModelErrorCode, type ModelErrorOptions } from './errors.ts';
export { inspectModel, type InspectOptions } from './inspect/inspect-model.ts';
export type {
  Finding,
  FormatReport,
  Framework,
  ModelFormat,
  ModelInspection,
  TensorInfo,
  Verdict,
} from './inspect/inspection.ts';
export type { FindingCode } from './inspect/finding-codes.ts';
export type { Severity } from './inspect/severity.ts';
export { defaultLimits, type InspectLimits } from './inspect/limits.ts';

// Versions
export { createModelRegistry } from './registry/create-registry.ts';
export type {
  AddedVersion,
  AddOptions,
  ListVersionsOptions,
  ModelIntent,
  ModelRegistry,
  ModelRegistryOptions,
  ModelSummary,
  MoveAliasOptions,
  RegistryEvent,
} from './registry/contract.ts';
export type { Changed, VersionDiff } from './registry/diff-versions.ts';
export type { RestoreContentOptions } from './content/restore-content.ts';
export type { Clock } from './clock.ts';
export type { LoggedEvent, ModelEvent } from './history/events.ts';
export type { AliasMove } from './history/state.ts';
export { type Bump, type ChangeTable, defaultChanges, nextVersion, type NextVersion } from './versions/change.ts';
export type {
  Code,
  Dataset,
  Metrics,
  ModelVersion,
  Params,
  Parent,
  VersionFacts,
  VersionInspection,
} from './versions/version.ts';
