import { shown, VersioningError } from '../../errors.ts';
import { monotonicClock, type Sleep, systemSleep } from '../../clock.ts';
import { askGithub, type GithubAccess, type GithubAnswer, memberOf, numberOf, refusal, textOf } from './github-api.ts';

/** A workflow that is started by hand. */
export interface WorkflowDispatch {
  /** Name of its file, as `deploy.yml`, or its number. */
  readonly workflow: string;
  /** The tag or branch that it runs on. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A run that was started. */
export interface StartedRun {
  readonly id: number;
  readonly url: string | undefined;
}

/** How a run is waited for. */
export interface WaitOptions {
  /** Milliseconds between two questions. */
  readonly pollMs: number;
  /** How long a run may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
  readonly sleep?: Sleep | undefined;
}

/** Path of a workflow below its repository. @throws {VersioningError} `INVALID_OPTION` for a name that is none. */
export function workflowPath(workflow: string): string {
  if (/^[\w][\w.-]*$/.test(workflow)) return `actions/workflows/${workflow}`;
  throw new VersioningError('INVALID_OPTION', `Expected the name of a workflow's file, got ${shown(workflow)}`, {
    hint: 'As deploy.yml, without its folder.',
  });
}

/**
 * Starts a workflow and finds out which run that is: newer GitHubs say so; for others, the runs before are compared with those after.
 * It is started once: an answer that got lost is no reason to start it again.
 *
 * @throws {VersioningError} `CI_REFUSED`, `CI_UNREACHABLE`; `CI_TIMEOUT` when no run appears.
 */
export async function startWorkflow(
  access: GithubAccess,
  dispatch: WorkflowDispatch,
  wait: WaitOptions,
): Promise<StartedRun> {
  const { ref, inputs } = dispatch;
  const workflow = workflowPath(dispatch.workflow);
  const listed = (): Promise<GithubAnswer> => askRuns(access, workflow, wait.signal);
  const before = runsIn(await listed());
  const post = (body: object): Promise<GithubAnswer> =>
    askGithub(access, { method: 'POST', path: `${workflow}/dispatches`, body, signal: wait.signal });
  let answer = await post({ ref, inputs, return_run_details: true });
  // Servers that do not know the member refuse it, and have started nothing.
  if (answer.status === 422 && /return_run_details/.test(JSON.stringify(answer.body ?? '')))
    answer = await post({ ref, inputs });
  if (answer.status !== 200 && answer.status !== 204) throw refusal(answer, `start ${dispatch.workflow}`);
  const id = numberOf(answer.body, 'workflow_run_id');
  if (id !== undefined) return { id, url: textOf(answer.body, 'html_url') };
  const known = new Set(before.map((run) => run.id));
  const isNew = (run: ListedRun): boolean => !known.has(run.id) && (run.ref === undefined || run.ref === ref);
  const look = async (): Promise<ListedRun | Later | undefined> => {
    const found = await listed();
    return isTemporary(found) ? retryLater(found) : runsIn(found).find(isNew);
  };
  return within(wait, look, { what: 'a run of the workflow to appear' });
}

/** A run with the tag or branch that it runs on. */
interface ListedRun extends StartedRun {
  readonly ref: string | undefined;
}

/** Asks for the newest runs that were started by hand. */
function askRuns(access: GithubAccess, workflow: string, signal: AbortSignal | undefined): Promise<GithubAnswer> {
  const path = `${workflow}/runs?event=workflow_dispatch&per_page=50`;
  return askGithub(access, { method: 'GET', path, signal });
}

/** The runs of an answer, oldest first. @throws {VersioningError} `CI_REFUSED`. */
function runsIn(answer: GithubAnswer): readonly ListedRun[] {
  if (answer.status !== 200) throw refusal(answer, 'list runs of the workflow');
  const runs = memberOf(answer.body, 'workflow_runs');
  return (Array.isArray(runs) ? (runs as unknown[]) : [])
    .flatMap((run) => {
      const id = numberOf(run, 'id');
      return id === undefined ? [] : [{ id, url: textOf(run, 'html_url'), ref: textOf(run, 'head_branch') }];
    })
    .toReversed();
}

/**
 * Waits until a run has ended. What does not answer meanwhile is asked again.
 *
 * @returns Its conclusion: `success`, `failure`, `cancelled`, `timed_out`, … (REST API, "Get a workflow run").
 * @throws {VersioningError} `CI_TIMEOUT`; `CI_REFUSED`.
 */
export async function awaitRun(access: GithubAccess, run: StartedRun, wait: WaitOptions): Promise<string> {
  let last = '';
  return within(
    wait,
    async () => {
      const answer = await askGithub(access, { method: 'GET', path: `actions/runs/${run.id}`, signal: wait.signal });
      if (isTemporary(answer)) return retryLater(answer);
      if (answer.status !== 200) throw refusal(answer, `tell of run ${run.id}`);
      const status = textOf(answer.body, 'status') ?? 'unknown';
      if (status !== last) wait.onLine?.(`run ${run.id}: ${status}`);
      last = status;
      return status === 'completed' ? (textOf(answer.body, 'conclusion') ?? 'unknown') : undefined;
    },
    { what: `run ${run.id} to end`, url: run.url },
  );
}

/** Too many requests, or trouble of the server. */
const isTemporary = ({ status, retryAfterMs }: GithubAnswer): boolean =>
  status >= 500 || status === 429 || (status === 403 && retryAfterMs !== undefined);

/** How long to wait, instead of a result. */
class Later {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

const retryLater = ({ retryAfterMs }: GithubAnswer): Later => new Later(retryAfterMs ?? 0);

/** Asks until there is a result. */
async function within<T>(
  { pollMs, timeoutMs, signal, sleep = systemSleep }: WaitOptions,
  ask: () => Promise<T | Later | undefined>,
  { what, url }: { readonly what: string; readonly url?: string | undefined },
): Promise<T> {
  const end = monotonicClock() + timeoutMs;
  for (;;) {
    const found = await ask().catch((error: unknown) => {
      if (error instanceof VersioningError && error.code === 'CI_UNREACHABLE') return undefined;
      throw error;
    });
    const laterMs = found instanceof Later ? found.ms : 0;
    if (found !== undefined && !(found instanceof Later)) return found;
    const left = end - monotonicClock();
    if (left <= 0) throw timedOut(what, timeoutMs, url);
    await sleep(Math.min(left, Math.max(1, pollMs, laterMs)), signal);
  }
}

function timedOut(what: string, timeoutMs: number, url: string | undefined): VersioningError {
  return new VersioningError(
    'CI_TIMEOUT',
    `Expected ${what} within ${Math.round(timeoutMs / 1000)} s, got nothing yet`,
    {
      hint: `It may still go on: look at ${url ?? 'the runs of the workflow'} before you start it again.`,
    },
  );
}
