import { applyClean } from '../clean/apply-clean.ts';
import { type EvidenceDecision, listEvidence, planEvidence, removeEvidence } from '../clean/evidence.ts';
import { findLiveReleases } from '../clean/live-releases.ts';
import { type CleanDecision, FAILED_DAYS, planClean } from '../clean/plan-clean.ts';
import type { DeployLayout } from '../layout/model.ts';
import { applyLayout, planLayout } from '../layout/plan-layout.ts';
import type { Service, ServiceAction } from '../service/contract.ts';
import { releaseStates } from '../states/release-states.ts';
import { type DeployTools, isoNow } from './tools.ts';

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

/** What became of each release, and of what was kept of failures. */
export interface CleanOutcome {
  readonly decisions: readonly CleanDecision[];
  readonly removed: readonly string[];
  /** Those that came into use after it was decided. */
  readonly spared: readonly string[];
  readonly evidence: readonly EvidenceDecision[];
  /** Folders of evidence that are gone. */
  readonly removedEvidence: readonly string[];
  /** Whether there may be processes that can't be seen: of other users, or on a system other than Linux. */
  readonly isPartial: boolean;
  /** What deserves a second look, for people. */
  readonly warnings: readonly string[];
}

/** How releases are cleaned up. */
export interface CleanCall {
  /** How many good ones stay. */
  readonly keep?: number | undefined;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Removes the releases that nobody needs, each with a reason, and old evidence. */
export async function cleanReleases(tools: DeployTools, { keep, dryRun, signal }: CleanCall): Promise<CleanOutcome> {
  const { clock, by, channel, tell, place } = tools;
  const { layout } = place;
  const states = releaseStates(layout, { clock });
  const { byProcess, isPartial } = await findLiveReleases(layout);
  const live = new Map([...byProcess, ...(await servedReleases(tools, signal))]);
  const policy = keep === undefined ? undefined : { name: 'releases', lastGood: keep, previousGood: true };
  const now = clock();
  const plan = planClean(await states.list(), { now, live, isPartial, policy });
  const evidence = planEvidence(await listEvidence(layout), { now, days: FAILED_DAYS });
  const decided = { ...plan, evidence, isPartial };
  if (dryRun) return { ...decided, removed: [], spared: [], removedEvidence: [] };
  const report = await applyClean(layout, plan, { states, by, run: 'clean', signal });
  const removedEvidence = await removeEvidence(evidence, signal);
  if (report.removed.length + removedEvidence.length > 0) {
    const gone = { versions: report.removed, evidence: removedEvidence };
    await tools.actions.write({ kind: 'clean', by, at: isoNow(tools), channel, ...gone });
  }
  if (report.removed.length > 0) tell({ kind: 'release.cleaned', by, versions: report.removed });
  if (removedEvidence.length > 0) tell({ kind: 'evidence.cleaned', by, paths: removedEvidence });
  return { ...decided, ...report, removedEvidence };
}

/** What the keeper of the service knows, on every system. */
async function servedReleases(
  { service }: DeployTools,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, string>> {
  const { pids = [], version } = (await service?.status({ signal })) ?? {};
  return new Map(version === undefined ? [] : pids.map((pid) => [pid, version] as const));
}
