/**
 * Inspection of model files without running them.
 *
 * @module
 */
export type { CommonFindingCode, FindingCode } from './finding-codes.ts';
export type { FlatbufferFindingCode } from './flatbuffers/finding-codes.ts';
export type { FolderFindingCode } from './folder/finding-codes.ts';
export { manifestDigest, type ModelMember } from './folder/manifest.ts';
export type { GgufFindingCode } from './gguf/finding-codes.ts';
export type { Hdf5FindingCode } from './hdf5/finding-codes.ts';
export type { KerasFindingCode } from './keras/finding-codes.ts';
export type { NumpyFindingCode } from './numpy/finding-codes.ts';
export type { OnnxFindingCode } from './onnx/finding-codes.ts';
export type { PickleFindingCode } from './pickle/finding-codes.ts';
export type { TensorflowFindingCode } from './tensorflow/finding-codes.ts';
export type { TfliteFindingCode } from './tflite/finding-codes.ts';
export type { TorchFindingCode } from './torch/finding-codes.ts';
export type { ZipFindingCode } from './zip/finding-codes.ts';
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
