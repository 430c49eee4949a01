import type { ReleasePlan } from '@x/versioning';
import type { ShapeOf } from './shapes.ts';

/** A plan as JSON has it: the time of the bill is a text. */
export function planOutput({ sbom, ...plan }: ReleasePlan): ShapeOf<'ReleasePlan'> {
  if (sbom === undefined) return plan;
  const { timestamp, ...options } = sbom.options;
  const written = timestamp instanceof Date ? timestamp.toISOString() : timestamp;
  return { ...plan, sbom: { ...sbom, options: { ...options, timestamp: written } } };
}
