import type { DeployLayout } from '../layout/model.ts';
import type { MarkOptions, ReleaseStates } from '../states/release-states.ts';
import type { CleanPlan } from './plan-clean.ts';
import { removeRelease } from './remove-release.ts';
import { userOf } from './user-of.ts';

/** Options of {@link applyClean}. */
export interface ApplyCleanOptions extends MarkOptions {
  readonly states: ReleaseStates;
  readonly signal?: AbortSignal | undefined;
}

/** What was removed, and what was not although it was planned. */
export interface CleanReport {
  readonly removed: readonly string[];
  /** They came into use after the plan was made. */
  readonly spared: readonly string[];
}

/**
 * Removes the releases that a plan says. Each is looked at once more when it is its turn: one that is current or has a live process by then stays. May be called again after a kill.
 *
 * @throws {VersioningError} `WRITE_FAILED`, and what marking throws.
 */
export async function applyClean(
  layout: DeployLayout,
  plan: CleanPlan,
  options: ApplyCleanOptions,
): Promise<CleanReport> {
  const [removed, spared]: [string[], string[]] = [[], []];
  for (const { version, keep } of plan.decisions) {
    if (keep) continue;
    options.signal?.throwIfAborted();
    if ((await userOf(layout, version)) !== undefined) {
      spared.push(version);
      continue;
    }
    await removeRelease(layout, version);
    await options.states.forget(version, options);
    removed.push(version);
  }
  return { removed, spared };
}
