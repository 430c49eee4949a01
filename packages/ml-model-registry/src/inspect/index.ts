/**
 * Inspection of model files without running them.
 *
 * @module
 */
export type { FindingCode } from './finding-codes.ts';
export type { Severity } from './severity.ts';
export { inspectModel, type InspectOptions } from './inspect-model.ts';
export type {
  Finding,
  FormatReport,
  Framework,
  ModelFormat,
  ModelInspection,
  TensorInfo,
  Verdict,
} from './inspection.ts';
export { defaultLimits, type InspectLimits } from './limits.ts';
export { ModelError, type ModelErrorCode, type ModelErrorOptions } from '../errors.ts';
