import type { Severity } from '../severity.ts';

/** Findings of pickles. */
export type PickleFindingCode =
  | 'PICKLE_DANGEROUS_NAME'
  | 'PICKLE_UNLISTED_NAME'
  | 'PICKLE_HIDDEN_NAME'
  | 'PICKLE_MISUSED_NAME'
  | 'PICKLE_UNUSUAL'
  | 'PICKLE_OUTSIDE'
  | 'PICKLE_NESTED'
  | 'PICKLE_SEVERAL';

/** How bad they are. */
export const pickleSeverities: Readonly<Record<PickleFindingCode, Severity>> = {
  PICKLE_DANGEROUS_NAME: 'malicious',
  PICKLE_UNLISTED_NAME: 'suspicious',
  PICKLE_HIDDEN_NAME: 'suspicious',
  PICKLE_MISUSED_NAME: 'suspicious',
  PICKLE_UNUSUAL: 'suspicious',
  PICKLE_OUTSIDE: 'unknown',
  PICKLE_NESTED: 'note',
  PICKLE_SEVERAL: 'note',
};
