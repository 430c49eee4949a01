import type { Severity } from '../severity.ts';

/** Findings in models of TensorFlow. */
export type TensorflowFindingCode =
  | 'OPERATOR_FILES'
  | 'OPERATOR_CONNECTS'
  | 'SAVEDMODEL_VARIABLES'
  | 'SAVEDMODEL_REGISTERED_CLASS';

/** How bad they are. */
export const tensorflowSeverities: Readonly<Record<TensorflowFindingCode, Severity>> = {
  OPERATOR_FILES: 'malicious',
  OPERATOR_CONNECTS: 'malicious',
  SAVEDMODEL_VARIABLES: 'note',
  SAVEDMODEL_REGISTERED_CLASS: 'suspicious',
};
