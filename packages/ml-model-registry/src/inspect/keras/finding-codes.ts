import type { Severity } from '../severity.ts';

/** Findings in what Keras stores of a model beside its weights. */
export type KerasFindingCode =
  | 'KERAS_LAMBDA'
  | 'KERAS_DANGEROUS_CALL'
  | 'KERAS_READS_FILES'
  | 'KERAS_FOREIGN_CODE'
  | 'KERAS_UNKNOWN_CLASS'
  | 'KERAS_OTHER_MEMBER';

/** How bad each is. */
export const kerasSeverities: Readonly<Record<KerasFindingCode, Severity>> = {
  KERAS_LAMBDA: 'malicious',
  KERAS_DANGEROUS_CALL: 'malicious',
  KERAS_READS_FILES: 'malicious',
  KERAS_FOREIGN_CODE: 'suspicious',
  KERAS_UNKNOWN_CLASS: 'unknown',
  KERAS_OTHER_MEMBER: 'unknown',
};
