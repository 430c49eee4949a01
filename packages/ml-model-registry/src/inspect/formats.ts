import type { FormatInspector } from './contract.ts';
import { safetensors } from './safetensors/safetensors.ts';
import { otherArchive } from './zip/other-archive.ts';

/** All formats that are known, those with the surest signs first. */
export const formats: readonly FormatInspector[] = [safetensors, otherArchive];
