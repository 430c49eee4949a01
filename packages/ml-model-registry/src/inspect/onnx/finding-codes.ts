import type { Severity } from '../severity.ts';

/** Findings of ONNX. */
export type OnnxFindingCode = 'OPERATOR_RUNS_CODE' | 'OPERATOR_UNKNOWN' | 'OUTSIDE_PATH' | 'EXTERNAL_DATA_MISSING';

/** How bad they are. */
export const onnxSeverities: Readonly<Record<OnnxFindingCode, Severity>> = {
  OPERATOR_RUNS_CODE: 'malicious',
  OPERATOR_UNKNOWN: 'unknown',
  OUTSIDE_PATH: 'malicious',
  EXTERNAL_DATA_MISSING: 'unknown',
};
