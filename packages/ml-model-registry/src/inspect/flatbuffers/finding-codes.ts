import type { Severity } from '../severity.ts';

/** Findings in FlatBuffers. */
export type FlatbufferFindingCode = 'FLATBUFFER_OVERLAP';

/** How bad they are. */
export const flatbufferSeverities: Readonly<Record<FlatbufferFindingCode, Severity>> = {
  FLATBUFFER_OVERLAP: 'suspicious',
};
