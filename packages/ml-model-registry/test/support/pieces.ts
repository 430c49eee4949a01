import type { Inspection } from '../../src/inspect/contract.ts';
import { defaultLimits, type InspectLimits } from '../../src/inspect/limits.ts';

/** An inspection for parts of the walk, which keeps the codes of what is found. */
export function inspectionOf(limits: Partial<InspectLimits> = {}): Inspection & { readonly found: string[] } {
  const found: string[] = [];
  return {
    found,
    limits: { ...defaultLimits, ...limits },
    part: undefined,
    directory: undefined,
    signal: undefined,
    find: (code) => found.push(code),
    step: () => undefined,
    inflate: () => undefined,
    nested: () => Promise.resolve(undefined),
  };
}
