import { type BumpCause, type BumpOptions, type BumpPlan, planBump } from '../version/plan-bump.ts';
import type { ChangeTypes } from '../version/change-types.ts';
import type { ReleaseNotes } from './changelog.ts';
import { levelOf } from './sections.ts';

/** The next version by what was committed since the last one: {@link planBump} with commits as causes. */
export function planVersion(
  from: string,
  unreleased: ReleaseNotes,
  options: Omit<BumpOptions, 'causes'> & { readonly types?: ChangeTypes | undefined } = {},
): BumpPlan {
  const { types, ...rest } = options;
  const causes = unreleased.sections
    .flatMap(({ entries }) => entries)
    .map(({ commit, hash, isBreaking, text }): BumpCause => ({
      level: isBreaking ? 'major' : commit === undefined ? 'patch' : levelOf({ ...commit, isBreaking: false }, types),
      reason: `${commit?.header ?? text}${hash === undefined ? '' : ` (${hash.slice(0, 7)})`}`,
    }));
  return planBump(from, { ...rest, causes });
}
