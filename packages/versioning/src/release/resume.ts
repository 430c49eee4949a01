import { VersioningError } from '../errors.ts';
import type { OpenRun } from './history-state.ts';
import { isRunning, thisOwner } from './owner.ts';
import type { RunJournal, RunState } from './run-journal.ts';
import type { ReleasePlan } from './plan.ts';
import type { StepName } from './steps.ts';

/** A release that was begun and has not ended. */
export interface ReleaseRun {
  readonly run: string;
  readonly version: string;
  readonly plan: ReleasePlan;
  /** Who works on it, or did. */
  readonly by: string;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Whether that process is still there; `unknown` on another machine. */
  readonly isRunning: boolean | 'unknown';
  /** Steps that are done. */
  readonly done: readonly StepName[];
  /** The step that was begun and is not done; it may be half done. */
  readonly at?: StepName | undefined;
  /** Whether the release is in the history: then it can only be completed. */
  readonly isPublished: boolean;
  /** Whether somebody has begun to undo it: then it can only be undone. */
  readonly isGivenUp: boolean;
}

/** Options of `resumeRelease` and `undoRelease`. */
export interface ResumeOptions {
  /** Which one, where several were begun: its version. */
  readonly version?: string | undefined;
  /** Takes it over although it may still be running, as on another machine. Default: `false`. */
  readonly takeOver?: boolean | undefined;
  /** Who goes on with it. Default: who is logged in. */
  readonly by?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is known of a run that has not ended. */
export function describeRun({ run, version, since, isPublished }: OpenRun, state: RunState): ReleaseRun {
  const { plan, owner, results, begun, isGivenUp } = state;
  return {
    run,
    version,
    plan,
    by: owner.by,
    host: owner.host,
    pid: owner.pid,
    since,
    isRunning: isRunning(owner),
    done: plan.steps.filter((step) => Object.hasOwn(results, step)),
    at: begun.find((step) => !Object.hasOwn(results, step)),
    isPublished,
    isGivenUp,
  };
}

/** Makes this process the one that works on a run. @throws {VersioningError} `RELEASE_RUNNING`. */
export async function takeRun(journal: RunJournal, by: string, takeOver: boolean): Promise<void> {
  const { owner, plan } = journal.state;
  const running = isRunning(owner);
  if (running !== false && !takeOver && !isThis(owner)) {
    const where =
      running === true ? `process ${owner.pid}` : `process ${owner.pid} on ${owner.host}, which cannot be asked`;
    throw new VersioningError(
      'RELEASE_RUNNING',
      `Expected a release that nobody works on, got ${plan.release.version}, on which ${owner.by} works in ${where}`,
      { hint: 'Wait for it. If it is certain that it has ended, say --take-over.' },
    );
  }
  await journal.write({ kind: 'taken', owner: thisOwner(by) });
}

/** A process goes on with what it has begun itself. */
function isThis({ host, pid, startedAt }: RunState['owner']): boolean {
  const own = thisOwner('');
  return host === own.host && pid === own.pid && startedAt === own.startedAt;
}
