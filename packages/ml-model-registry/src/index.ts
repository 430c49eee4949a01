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
