import { type BumpOptions, type BumpPlan, planBump } from '../version/plan-bump.ts';
import type { ReleaseNotes } from './changelog.ts';

/**
 * The next version by what was committed since the last one: {@link planBump} with commits as causes.
 *
 * @throws {VersioningError} those of `planBump`.
 */
export function planVersion(
  from: string,
  { causes }: Pick<ReleaseNotes, 'causes'>,
  options: Omit<BumpOptions, 'causes'> = {},
): BumpPlan {
  return planBump(from, { ...options, causes });
}
