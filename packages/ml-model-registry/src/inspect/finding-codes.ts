import { type FlatbufferFindingCode, flatbufferSeverities } from './flatbuffers/finding-codes.ts';
import { type FolderFindingCode, folderSeverities } from './folder/finding-codes.ts';
import { type GgufFindingCode, ggufSeverities } from './gguf/finding-codes.ts';
import { type PickleFindingCode, pickleSeverities } from './pickle/finding-codes.ts';
import { type Hdf5FindingCode, hdf5Severities } from './hdf5/finding-codes.ts';
import { type KerasFindingCode, kerasSeverities } from './keras/finding-codes.ts';
import { type NumpyFindingCode, numpySeverities } from './numpy/finding-codes.ts';
import { type OnnxFindingCode, onnxSeverities } from './onnx/finding-codes.ts';
import type { Severity } from './severity.ts';
import { type TensorflowFindingCode, tensorflowSeverities } from './tensorflow/finding-codes.ts';
import { type TfliteFindingCode, tfliteSeverities } from './tflite/finding-codes.ts';
import { type TorchFindingCode, torchSeverities } from './torch/finding-codes.ts';
import { type ZipFindingCode, zipSeverities } from './zip/finding-codes.ts';

/** Findings that any format may have. Those of one format stand in its folder. */
export type CommonFindingCode =
  | 'FORMAT_UNKNOWN'
  | 'NAME_MISMATCH'
  | 'POLYGLOT'
  | 'TRUNCATED'
  | 'HIDDEN_BYTES'
  | 'MALFORMED'
  | 'UNSUPPORTED'
  | 'LIMIT_EXCEEDED'
  | 'INVALID_TEXT';

/** The kind of a finding. Each is explained in `docs/findings.md`. */
export type FindingCode =
  | CommonFindingCode
  | FlatbufferFindingCode
  | FolderFindingCode
  | GgufFindingCode
  | Hdf5FindingCode
  | KerasFindingCode
  | NumpyFindingCode
  | OnnxFindingCode
  | ZipFindingCode
  | PickleFindingCode
  | TensorflowFindingCode
  | TfliteFindingCode
  | TorchFindingCode;

const severities: Readonly<Record<FindingCode, Severity>> = {
  FORMAT_UNKNOWN: 'unknown',
  NAME_MISMATCH: 'suspicious',
  POLYGLOT: 'suspicious',
  TRUNCATED: 'suspicious',
  HIDDEN_BYTES: 'suspicious',
  MALFORMED: 'suspicious',
  UNSUPPORTED: 'unknown',
  LIMIT_EXCEEDED: 'unknown',
  INVALID_TEXT: 'suspicious',
  ...flatbufferSeverities,
  ...folderSeverities,
  ...tensorflowSeverities,
  ...tfliteSeverities,
  ...ggufSeverities,
  ...pickleSeverities,
  ...torchSeverities,
  ...hdf5Severities,
  ...kerasSeverities,
  ...numpySeverities,
  ...zipSeverities,
  ...onnxSeverities,
};

/** How bad a finding is. */
export function severityOf(code: FindingCode): Severity {
  return severities[code];
}
