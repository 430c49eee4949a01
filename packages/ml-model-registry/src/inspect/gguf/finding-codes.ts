import type { Severity } from '../severity.ts';

/** Findings of GGUF. */
export type GgufFindingCode = 'TEMPLATE_ESCAPE';

/** How bad they are. */
export const ggufSeverities: Readonly<Record<GgufFindingCode, Severity>> = { TEMPLATE_ESCAPE: 'malicious' };
