/**
 * Feature flags with exact, stable rollouts, evaluated in this process and never throwing.
 *
 * @module
 */
export type { Bucketing } from './bucketing/bucketing.ts';
export type { GrowthbookHashVersion } from './bucketing/growthbook.ts';
export type { Clock } from './clock.ts';
export { isFlagdFlag } from './definition/model.ts';
export { type FlagCount, type FlagCounts, mergeCounts } from './counts/counts.ts';
export { parseCounts } from './counts/parse-counts.ts';
export type {
  FlagContext,
  FlagDefinitions,
  FlagdFlag,
  FlagMetadata,
  FlagSchedule,
  Json,
  Logic,
  RampFailure,
  RampGuard,
  RampStep,
  Rollout,
  RolloutUnit,
  Segment,
  ShortFlag,
} from './definition/model.ts';
export { checkDefinitions } from './definition/check-definitions.ts';
export { toFlagd } from './definition/to-flagd.ts';
export { flagsFormatOf, parseFlags, type ParseFlagsOptions } from './definition/parse-flags.ts';
export {
  FlagError,
  type FlagErrorCode,
  type FlagErrorOptions,
  type FlagFinding,
  type FlagProblem,
  type FlagProblemCode,
} from './errors.ts';
export type { Evaluation, FlagEvaluationError, FlagReason, Finding } from './evaluation/evaluation.ts';
export type { Explanation } from './evaluation/explain.ts';
export { type Flip, type FlagSimulation, simulateFlags } from './evaluation/simulate.ts';
export { generateTypes } from './types/generate-types.ts';
export {
  createFlags,
  type FlagNames,
  type Flags,
  type FlagsOptions,
  type FlagSummary,
  type FlagTypes,
  type FlagTypesOf,
} from './flags.ts';
export type { FlagsChange, FlagsState } from './store/live-flags.ts';
export { editDefinitions } from './history/edit-definitions.ts';
export type {
  ChangeNote,
  ChangeOptions,
  EditableFlags,
  FlagChange,
  FlagEdit,
  FlagEdits,
  FlagVersion,
  HistoryOptions,
  RollbackOptions,
} from './store/editable.ts';
export type { ChangeableFlags } from './store/changeable.ts';
export { memoryFlags, type MemoryFlags } from './store/memory-flags.ts';
export type { FlagStore, StoredFlags } from './store/store.ts';
