import { VersioningError } from '../../errors.ts';
import { pushRelease } from '../../git/push-release.ts';
import { readTag, type StoredTag } from '../../git/read-tag.ts';
import type { Sleep } from '../../clock.ts';
import type { Strategy, StrategyAction, StrategyCall, StrategyOutcome } from './contract.ts';
import { type GithubAccess, githubUrl } from './github-api.ts';
import { awaitRun, startWorkflow, type WaitOptions, workflowPath } from './workflow-run.ts';

/** Options of {@link remoteCiStrategy}. */
export interface RemoteCiOptions {
  /** A folder of the checkout. */
  readonly folder: string;
  /** Name of a remote. Default: `origin`. */
  readonly remote?: string | undefined;
  /** A branch that the tag's commit is pushed on, too. Default: none, only the tag. */
  readonly branch?: string | undefined;
  /** The tag of a version. Default: `v` and the version. */
  readonly tagOf?: ((version: string) => string) | undefined;
  readonly github: GithubAccess;
  /** Name of the workflow's file. Default: `deploy.yml`. */
  readonly workflow?: string | undefined;
  /** Default: `version` and `channel`. */
  readonly inputs?: ((call: StrategyCall) => Readonly<Record<string, string>>) | undefined;
  /** Milliseconds between two questions whether it has ended. Default: 10,000. */
  readonly pollMs?: number | undefined;
  /** How long the workflow may take, in milliseconds. Default: one hour. */
  readonly timeoutMs?: number | undefined;
  readonly sleep?: Sleep | undefined;
}

const POLL_MS = 10_000;
const TIMEOUT_MS = 3_600_000;

/**
 * Pushes the tag of a version, starts a workflow of GitHub Actions on it, and waits until that has ended. The workflow deploys.
 *
 * `run` throws `TAG_NOT_FOUND` for a version that has no tag here; `CI_UNREACHABLE`, `CI_REFUSED`, `CI_TIMEOUT`, and `CI_FAILED` when the run did not
 * succeed; those of `pushRelease`.
 *
 * @example
 * ```ts
 * import { remoteCiStrategy } from '@x/versioning/deploy';
 *
 * const strategy = remoteCiStrategy({
 *   folder: '.',
 *   github: { owner: 'acme', repository: 'shop', token: { env: 'GITHUB_TOKEN' } },
 * });
 * for (const action of await strategy.plan({ version: '1.0.5', channel: 'prod' })) console.log(action);
 * ```
 */
export function remoteCiStrategy(options: RemoteCiOptions): Strategy {
  return {
    name: 'remote-ci',
    plan: (call) => planned(options, call),
    run: (call) => carriedOut(options, call),
  };
}

const tagNameOf = ({ tagOf }: RemoteCiOptions, version: string): string => tagOf?.(version) ?? `v${version}`;

async function planned(options: RemoteCiOptions, call: StrategyCall): Promise<readonly StrategyAction[]> {
  const { remote = 'origin', branch, github, workflow = 'deploy.yml' } = options;
  const tag = tagNameOf(options, call.version);
  const { commit = tag } = await storedTag(options, call);
  const refs = branch === undefined ? [tag] : [`${commit}:refs/heads/${branch}`, tag];
  return [
    { kind: 'run', command: ['git', 'push', remote, ...refs] },
    { kind: 'request', method: 'POST', url: githubUrl(github, `${workflowPath(workflow)}/dispatches`) },
    { kind: 'own', text: 'wait until the run has ended' },
  ];
}

async function storedTag(options: RemoteCiOptions, { version, signal }: StrategyCall): Promise<StoredTag> {
  const name = tagNameOf(options, version);
  const tag = await readTag(name, { folder: options.folder, signal });
  if (tag !== undefined) return tag;
  throw new VersioningError('TAG_NOT_FOUND', `Expected the tag ${name} of what is deployed, got none`, {
    hint: 'Release it first; or fetch it with `git fetch --tags`.',
  });
}

async function carriedOut(options: RemoteCiOptions, call: StrategyCall): Promise<StrategyOutcome> {
  const { folder, remote = 'origin', branch, github, workflow = 'deploy.yml', inputs = ownInputs } = options;
  const { signal, onLine } = call;
  const ref = tagNameOf(options, call.version);
  const { object, commit } = await storedTag(options, call);
  // What is wrong with the options is told before anything is pushed.
  githubUrl(github, workflowPath(workflow));
  const { pushed } = await pushRelease({
    folder,
    remote,
    signal,
    tag: { name: ref, object },
    branch: branch === undefined || commit === undefined ? undefined : { name: branch, commit },
  });
  onLine?.(pushed ? `pushed ${ref} to ${remote}` : `${remote} has ${ref} already`);
  const wait: WaitOptions = {
    pollMs: options.pollMs ?? POLL_MS,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    sleep: options.sleep,
    signal,
    onLine,
  };
  const run = await startWorkflow(github, { workflow, ref, inputs: inputs(call) }, wait);
  onLine?.(`started run ${run.id}${run.url === undefined ? '' : `: ${run.url}`}`);
  const conclusion = await awaitRun(github, run, wait);
  if (conclusion === 'success') return { isLive: true, detail: `run ${run.id} succeeded`, url: run.url };
  throw new VersioningError('CI_FAILED', `Expected run ${run.id} of ${workflow} to succeed, got ${conclusion}`, {
    hint: `See ${run.url ?? 'its log'} for the reason.`,
  });
}

const ownInputs = ({ version, channel }: StrategyCall): Readonly<Record<string, string>> => ({ version, channel });
