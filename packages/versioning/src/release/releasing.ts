import type { PrivateKey } from '@x/integrity';
import type { ObjectStore } from '@x/storage';
import { VersioningError } from '../errors.ts';
import { readBranch } from '../git/read-branch.ts';
import { readHead } from '../git/read-commit.ts';
import type { Clock } from '../clock.ts';
import type { OpenRun } from './history-state.ts';
import type { ReleaseManagerEvent } from './manager.ts';
import type { Release } from './model.ts';
import { currentUser, thisOwner } from './owner.ts';
import type { ReleasePlan } from './plan.ts';
import { describeRun, type ReleaseRun, type ResumeOptions, takeRun } from './resume.ts';
import { foreignPlan, type OwnPlanQuestion, ownState } from './own-plan.ts';
import { holdSeal, sealPlan } from './plan-seal.ts';
import { newRunId } from './run-id.ts';
import { RunJournal, type RunState } from './run-journal.ts';
import { claim, goBack, goOn, type RunWork } from './run-release.ts';
import type { ReleaseShelf } from './shelf.ts';
import type { KnownWorkspace } from './workspace.ts';

/** What releases are made with. */
export interface ReleasingTools {
  readonly store: ObjectStore;
  readonly prefix: string;
  readonly shelf: ReleaseShelf;
  /** What is released here: a run of the storage is held against it. */
  readonly workspace: () => Promise<KnownWorkspace>;
  readonly privateKey?: PrivateKey | undefined;
  readonly clock: Clock;
  readonly tell: (event: ReleaseManagerEvent) => void;
}

/** Carries out a plan. @throws {VersioningError} `PLAN_OUTDATED`, and what stops a step. */
export async function carryOut(tools: ReleasingTools, plan: ReleasePlan, signal?: AbortSignal): Promise<Release> {
  await refuseOutdated(plan, signal);
  const journal = new RunJournal(tools, newRunId());
  const { createdBy: by, version } = plan.release;
  const seal = await sealPlan(plan, { run: journal.run, privateKey: tools.privateKey });
  await journal.write({ kind: 'planned', plan, owner: thisOwner(by), seal }, signal);
  const work = workOf(tools, journal, signal);
  await claim(work);
  try {
    await goOn(work);
  } catch (error) {
    tools.tell({ kind: 'release.failed', version, by, error });
    throw await afterFailure(work, error);
  }
  return finished(tools, version, by);
}

/** Whoever plans and waits may find another commit checked out. @throws {VersioningError} `PLAN_OUTDATED`. */
async function refuseOutdated({ root, basis }: ReleasePlan, signal: AbortSignal | undefined): Promise<void> {
  const git = { folder: root, signal };
  const [commit, branch] = await Promise.all([readHead(git), readBranch(git)]);
  if (commit === basis.commit && branch === basis.branch) return;
  throw new VersioningError(
    'PLAN_OUTDATED',
    `Expected the checkout at ${basis.commit} on ${basis.branch ?? 'no branch'}, got ${commit} on ${branch ?? 'no branch'}`,
    { hint: 'Plan the release anew.' },
  );
}

/** Takes back what a failed release has done, unless it is published or somebody else works on it. */
async function afterFailure(work: RunWork, error: unknown): Promise<unknown> {
  if ((error as Partial<VersioningError>).code === 'RELEASE_TAKEN_OVER') return error;
  try {
    await goBack(work);
    return error;
  } catch (undoing) {
    const isOut = (undoing as Partial<VersioningError>).code === 'RELEASE_PUBLISHED';
    const hint = isOut
      ? 'The release is published, but not pushed: `holdfast release resume` goes on.'
      : `It could not be undone (${(undoing as Error).message}): see \`holdfast release status\`.`;
    return withHint(error, hint);
  }
}

function withHint(error: unknown, hint: string): unknown {
  const { code, message, hint: own } = error as Partial<VersioningError>;
  if (!(error instanceof VersioningError) || code === undefined) return error;
  return new VersioningError(code, message ?? '', { cause: error, hint: own === undefined ? hint : `${own} ${hint}` });
}

async function finished(tools: ReleasingTools, version: string, by: string): Promise<Release> {
  tools.tell({ kind: 'release.created', version, by });
  return tools.shelf.release(await tools.shelf.find(version));
}

function workOf(tools: ReleasingTools, journal: RunJournal, signal: AbortSignal | undefined): RunWork {
  const { shelf, privateKey, clock, tell } = tools;
  return {
    journal,
    history: shelf.history,
    contents: shelf.contents,
    privateKey,
    clock,
    signal,
    onEvent: (event) => {
      tell({ kind: 'step', version: journal.state.plan.release.version, event });
    },
  };
}

/** Runs that have not ended. */
export async function openRuns(tools: ReleasingTools, signal?: AbortSignal): Promise<readonly ReleaseRun[]> {
  const { open } = await tools.shelf.history.read(signal);
  return Promise.all(
    [...open.values()].map(async (run) => {
      const { state } = await opened(tools, run, signal);
      return describeRun(run, state);
    }),
  );
}

async function opened(tools: ReleasingTools, { run }: OpenRun, signal?: AbortSignal): Promise<RunJournal> {
  const journal = new RunJournal(tools, run);
  const state: RunState | undefined = await journal.read(signal);
  if (state !== undefined) return journal;
  throw new VersioningError('INVALID_HISTORY', `Expected the journal of run ${run}, got none`, {
    hint: 'Put the storage back from a copy.',
  });
}

/** @throws {VersioningError} `FOREIGN_PLAN`. */
async function makeOwn(
  tools: ReleasingTools,
  journal: RunJournal,
  question: Omit<OwnPlanQuestion, 'workspace'>,
): Promise<void> {
  const workspace = await tools.workspace();
  const { run, state } = journal;
  try {
    if (!question.isUndoing) await holdSeal(state.plan, state.seal, { run, privateKey: tools.privateKey });
    journal.holdTo(await ownState(journal.state, { ...question, workspace }));
  } catch (error) {
    // Where a member is missing or of another kind.
    throw error instanceof TypeError ? foreignPlan('another form') : error;
  }
}

/** Goes on with a run that was killed or has yet to be pushed. */
export async function resume(tools: ReleasingTools, options: ResumeOptions): Promise<Release> {
  const { by = currentUser(), takeOver = false, signal } = options;
  const run = await chosenRun(tools, options);
  const journal = await opened(tools, run, signal);
  const { version } = run;
  if (journal.state.isGivenUp) {
    throw new VersioningError(
      'RELEASE_GIVEN_UP',
      `Expected a release to go on with, got ${version}, whose undoing has begun`,
      {
        hint: 'Undo it to the end with `holdfast release resume --undo`, then begin again.',
      },
    );
  }
  await makeOwn(tools, journal, { version, isUndoing: false, signal });
  await takeRun(journal, by, takeOver);
  const work = workOf(tools, journal, signal);
  try {
    await goOn(work);
  } catch (error) {
    tools.tell({ kind: 'release.failed', version, by, error });
    // Whoever resumes decides: it may be resumed again.
    throw withHint(
      error,
      run.isPublished
        ? 'Then `holdfast release resume` goes on; a release that is published can only be completed.'
        : 'Then `holdfast release resume` goes on, and `holdfast release resume --undo` takes everything back.',
    );
  }
  return finished(tools, version, by);
}

/** Takes back a run that was killed. */
export async function undo(tools: ReleasingTools, options: ResumeOptions): Promise<ReleaseRun> {
  const { by = currentUser(), takeOver = false, signal } = options;
  const run = await chosenRun(tools, options);
  const journal = await opened(tools, run, signal);
  await makeOwn(tools, journal, { version: run.version, isUndoing: true, signal });
  await takeRun(journal, by, takeOver);
  await goBack(workOf(tools, journal, signal));
  tools.tell({ kind: 'release.undone', version: run.version, by });
  return describeRun(run, journal.state);
}

/** @throws {VersioningError} `RELEASE_NOT_FOUND`; `INVALID_OPTION` where several could be meant. */
async function chosenRun(tools: ReleasingTools, { version, signal }: ResumeOptions): Promise<OpenRun> {
  const { open } = await tools.shelf.history.read(signal);
  const runs = [...open.values()].filter((run) => version === undefined || run.version === version);
  const [run] = runs;
  if (run === undefined) {
    const what = version === undefined ? 'a release that has not ended' : `a release of ${version} that has not ended`;
    throw new VersioningError('RELEASE_NOT_FOUND', `Expected ${what}, got none`, { hint: 'There is nothing to do.' });
  }
  if (runs.length === 1) return run;
  const versions = runs.map((each) => each.version).join(', ');
  throw new VersioningError('INVALID_OPTION', `Expected one release that has not ended, got ${versions}`, {
    hint: 'Name the version.',
  });
}
