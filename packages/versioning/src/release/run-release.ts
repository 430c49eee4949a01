import type { PrivateKey } from '@x/integrity';
import type { ArtifactProgress } from '../artifact/model.ts';
import { VersioningError } from '../errors.ts';
import { applyFileChanges, undoFileChanges } from '../files/apply-file-changes.ts';
import { undoCommit, undoCutCommit } from '../git/undo-commit.ts';
import { refuseTaken } from './basis.ts';
import { commitFiles } from './commit-files.ts';
import type { ReleaseContents } from './contents.ts';
import type { ReleaseEvent } from './events.ts';
import { commitOf, makeTag, pushAll, refuseOtherTree, unmakeTag } from './git-work.ts';
import type { ReleaseHistory } from './history.ts';
import type { HistoryState } from './history-state.ts';
import type { ReleaseSummary } from './model.ts';
import type { ReleasePlan } from './plan.ts';
import type { RunJournal, RunState } from './run-journal.ts';
import { clearScratch, makeArtifact, makeManifest, makeSbom } from './step-work.ts';
import type { StepName, StepResults } from './steps.ts';

/** What happens in a run, for those who watch. */
export type RunEvent =
  | { readonly kind: 'begun' | 'done' | 'undone'; readonly step: StepName }
  | { readonly kind: 'artifact'; readonly progress: ArtifactProgress };

/** All that a run works with. */
export interface RunWork {
  readonly journal: RunJournal;
  readonly history: ReleaseHistory;
  readonly contents: ReleaseContents;
  readonly privateKey?: PrivateKey | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/** Claims the version in the history: of two who release it, one wins here. @throws {VersioningError} `RELEASE_EXISTS`, `RELEASE_UNDER_WAY`. */
export async function claim({ journal, history, clock, signal }: RunWork): Promise<void> {
  const { plan, owner } = journal.state;
  const { version } = plan.release;
  await history.append((state) => {
    if (isClaimed(state, journal.run)) return undefined;
    refuseTaken(state, version);
    return { kind: 'claimed', version, run: journal.run, owner, at: iso(clock()), by: owner.by };
  }, signal);
}

const isClaimed = ({ open }: HistoryState, run: string): boolean => open.get(run)?.isPublished === false;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Carries out the steps that are not done yet. May be called again after a kill at any point. */
export async function goOn(work: RunWork): Promise<void> {
  const { journal, signal, onEvent } = work;
  for (const step of journal.state.plan.steps) {
    if (Object.hasOwn(journal.state.results, step)) continue;
    signal?.throwIfAborted();
    await journal.write({ kind: 'begun', step }, signal);
    onEvent?.({ kind: 'begun', step });
    const result = await ACTIONS[step](work);
    // Done is done, also for somebody who wants to stop.
    await journal.write({ kind: 'done', step, result });
    onEvent?.({ kind: 'done', step });
  }
  await journal.write({ kind: 'ended' });
}

/** Undoes the steps that were begun, the last one first, and gives the version up. */
export async function goBack(work: RunWork): Promise<void> {
  const { journal, history, clock, onEvent } = work;
  refusePublished(journal.state, await history.read());
  if (!journal.state.isGivenUp) await journal.write({ kind: 'givenUp' });
  for (const step of journal.state.begun.toReversed()) {
    await UNDOING[step]?.(work);
    await journal.write({ kind: 'undone', step });
    onEvent?.({ kind: 'undone', step });
  }
  await clearScratch(journal.run);
  const { plan, owner } = journal.state;
  await history.append((state) =>
    isClaimed(state, journal.run)
      ? { kind: 'abandoned', version: plan.release.version, run: journal.run, at: iso(clock()), by: owner.by }
      : undefined,
  );
  await journal.write({ kind: 'ended' });
}

type Action = (work: RunWork) => Promise<unknown>;

/** What each step does. Each may have been half done before. */
const ACTIONS: Readonly<Record<StepName, Action>> = {
  files: async ({ journal: { state } }) => applyFileChanges(state.plan.root, state.plan.files),
  async commit({ journal: { state }, signal }) {
    const { commit: plan } = state.plan;
    if (plan === undefined) throw new Error('A release without commit has no such step');
    const { commit } = await commitFiles({ folder: state.plan.root, files: state.plan.files, plan, signal });
    return { commit };
  },
  async artifact(work) {
    await refuseOtherTree({ ...work.journal.state, signal: work.signal });
    return makeArtifact(contentWork(work));
  },
  sbom: async (work) => makeSbom(contentWork(work)),
  manifest: async (work) => makeManifest(contentWork(work), work.journal.state.results),
  tag: async ({ journal: { state }, signal }) => makeTag({ ...state, signal }),
  rehearse: async ({ journal: { state }, signal }) => pushAll({ ...state, signal }, { isRehearsal: true }),
  publish,
  push,
};

/** What takes it back. Contents that were stored are under their digests, where others may use them, too. */
const UNDOING: Partial<Record<StepName, Action>> = {
  files: async ({ journal: { state } }) => undoFileChanges(state.plan.root, state.plan.files),
  async commit({ journal: { state } }) {
    const { commit: plan } = state.plan;
    // A commit whose making was cut short is found by what it should be.
    if (plan === undefined) return;
    const made = state.results.commit;
    if (made === undefined) await undoCutCommit(plan);
    else await undoCommit(plan, made.commit);
  },
  tag: async ({ journal: { state } }) => unmakeTag(state),
};

const contentWork = ({
  journal,
  contents,
  privateKey,
  signal,
  onEvent,
}: RunWork): Parameters<typeof makeArtifact>[0] => ({
  run: journal.run,
  plan: journal.state.plan,
  contents,
  privateKey,
  signal,
  onArtifact: (progress) => onEvent?.({ kind: 'artifact', progress }),
});

/** The moment from which the release is there for all. */
async function publish({ journal, history, clock, signal }: RunWork): Promise<null> {
  const { plan, results, owner } = journal.state;
  const release = summaryOf(plan, results);
  const { version } = release;
  await history.append((state): ReleaseEvent | undefined => {
    if (state.releases.get(version)?.manifest === release.manifest) return undefined;
    if (!isClaimed(state, journal.run)) throw givenUp(version);
    const isPending = plan.push !== undefined;
    return { kind: 'released', version, run: journal.run, release, isPending, at: iso(clock()), by: owner.by };
  }, signal);
  return null;
}

/** The last step: now everybody can have it, and nothing is left to do. */
async function push({ journal, history, clock, signal }: RunWork): Promise<null> {
  const { run, state } = journal;
  await pushAll({ ...state, signal }, { isRehearsal: false });
  const { version } = state.plan.release;
  await history.append(({ open }) =>
    open.has(run) ? { kind: 'completed', version, run, at: iso(clock()), by: state.owner.by } : undefined,
  );
  return null;
}

function summaryOf(
  plan: ReleasePlan,
  results: Partial<StepResults>,
): Omit<ReleaseSummary, 'status' | 'yank' | 'releasedAt'> {
  const { id, version, name, channel, preRelease, createdAt, createdBy, changelog } = plan.release;
  const { manifest, artifact } = results;
  if (manifest === undefined) throw new Error('A release without manifest cannot be published');
  return {
    id,
    version,
    name,
    channel,
    preRelease,
    createdAt,
    createdBy,
    manifest: manifest.digest,
    size: artifact?.size ?? 0,
    commit: commitOf({ plan, results }),
    tag: plan.tag?.name,
    leadTimeMs: changelog.leadTimeMs,
    isSigned: manifest.isSigned,
  };
}

/** A release that is in the history stays there. @throws {VersioningError} `RELEASE_PUBLISHED`. */
function refusePublished({ plan, results }: RunState, { releases }: HistoryState): void {
  const found = releases.get(plan.release.version);
  if (found === undefined || found.manifest !== results.manifest?.digest) return;
  throw new VersioningError('RELEASE_PUBLISHED', 'Expected a release that is not published yet, got one that is', {
    hint: 'Go on with `holdfast release resume`. What should not be used is marked with `holdfast release yank`.',
  });
}

function givenUp(version: string): VersioningError {
  return new VersioningError(
    'RELEASE_TAKEN_OVER',
    `Expected ${version} to be ours to release, got a claim that was given up`,
    {
      hint: 'Somebody has undone this release meanwhile. Begin again.',
    },
  );
}
