import type { Severity } from '../severity.ts';

/** Findings of TFLite. */
export type TfliteFindingCode = 'TFLITE_FLEX_OPERATOR' | 'TFLITE_ATTACHED_FILES';

/** How bad they are. */
export const tfliteSeverities: Readonly<Record<TfliteFindingCode, Severity>> = {
  TFLITE_FLEX_OPERATOR: 'note',
  TFLITE_ATTACHED_FILES: 'unknown',
};
