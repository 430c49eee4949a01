import { applyClean } from '../clean/apply-clean.ts';
import { findLiveReleases } from '../clean/live-releases.ts';
import { type CleanDecision, planClean } from '../clean/plan-clean.ts';
import type { DeployLayout } from '../layout/model.ts';
import { applyLayout, planLayout } from '../layout/plan-layout.ts';
import type { Service, ServiceAction } from '../service/contract.ts';
import { releaseStates } from '../states/release-states.ts';
import type { DeployTools } from './tools.ts';

/** What was made for a new deployment. */
export interface InitialisedLayout {
  /** Folders that were not there. */
  readonly made: readonly string[];
  /** What is left to do for the service by somebody who may: none where it was set up, or needs no setting up. */
  readonly left: readonly ServiceAction[];
}

/** Makes the folders that are missing, and sets the service up where that is permitted. May be called again. */
export async function initialise(
  layout: DeployLayout,
  { service, dryRun }: { readonly service: Service | undefined; readonly dryRun: boolean },
): Promise<InitialisedLayout> {
  const plan = await planLayout(layout);
  if (dryRun) {
    const made = plan.folders.filter(({ isThere }) => !isThere).map(({ path }) => path);
    return { made, left: (await service?.plan('install')) ?? [] };
  }
  const made = await applyLayout(plan);
  if (service === undefined || (await service.status()).state !== 'missing') return { made, left: [] };
  try {
    await service.run('install');
    return { made, left: [] };
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'SERVICE_NOT_PERMITTED') throw error;
    return { made, left: await service.plan('install') };
  }
}

/** What became of each release. */
export interface CleanOutcome {
  readonly decisions: readonly CleanDecision[];
  readonly removed: readonly string[];
  /** Those that came into use after it was decided. */
  readonly spared: readonly string[];
}

/** How releases are cleaned up. */
export interface CleanCall {
  /** How many good ones stay. */
  readonly keep?: number | undefined;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Removes the releases that nobody needs, each with a reason. */
export async function cleanReleases(tools: DeployTools, { keep, dryRun, signal }: CleanCall): Promise<CleanOutcome> {
  const { clock, by, tell, place } = tools;
  const { layout } = place;
  const states = releaseStates(layout, { clock });
  const { byProcess: live } = await findLiveReleases(layout);
  const policy = keep === undefined ? undefined : { name: 'releases', lastGood: keep, previousGood: true };
  const plan = planClean(await states.list(), { now: clock(), live, policy });
  if (dryRun) return { ...plan, removed: [], spared: [] };
  const report = await applyClean(layout, plan, { states, by, run: 'clean', signal });
  if (report.removed.length > 0) tell({ kind: 'release.cleaned', by, versions: report.removed });
  return { ...plan, ...report };
}
