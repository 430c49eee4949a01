import type { Inspection } from '../../src/inspect/contract.ts';
import { Findings } from '../../src/inspect/findings.ts';
import { defaultLimits, type InspectLimits } from '../../src/inspect/limits.ts';
import { StructureError } from '../../src/inspect/structure-error.ts';

/** An inspection for one inspector alone, and what it found. No format knows any part. */
export function inspectionOf(changed: Partial<InspectLimits> = {}): {
  readonly inspection: Inspection;
  readonly findings: Findings;
  readonly codes: () => readonly string[];
} {
  const limits = { ...defaultLimits, ...changed };
  const findings = new Findings(limits.findings);
  let steps = 0;
  let inflated = 0;
  const spend = (used: number, most: number, offset: number): void => {
    if (used > most) throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${most}, got more`, offset);
  };
  const inspection: Inspection = {
    limits,
    part: undefined,
    directory: undefined,
    signal: undefined,
    find: (code, message, offset) => findings.add(code, message, { offset }),
    step: (count, offset) => spend((steps += count), limits.steps, offset),
    inflate: (bytes, offset) => spend((inflated += bytes), limits.inflated, offset),
    uses: () => undefined,
    nested: () => Promise.resolve(undefined),
    inside: () => inspection,
  };
  return { inspection, findings, codes: () => findings.kept.map(({ code }) => code) };
}
