import type { ObjectStore } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import { currentUser } from '../../release/owner.ts';
import { type Clock, monotonicClock, type Sleep, systemClock, systemSleep } from '../../clock.ts';
import type { Secret } from '../checks/secret.ts';
import type { Strategy, StrategyCall, StrategyOutcome } from './contract.ts';
import { checkedServer, type DeployAnswer, type DeployRequest, requestBook } from './request-book.ts';

/** Options of {@link serverControlledStrategy}. */
export interface ServerControlledOptions {
  /** The store that servers look at. */
  readonly storage: ObjectStore;
  /** Servers whose answers are waited for. Default: none; whoever looks deploys. */
  readonly servers?: readonly string[] | undefined;
  /** Signs requests, for servers that have the same; answers without its signature are passed over. At least 16 bytes. Default: nothing is signed. */
  readonly key?: Secret | undefined;
  /** How long they may take, in milliseconds. Default: 15 minutes. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between two looks. Default: 5000. */
  readonly pollMs?: number | undefined;
  /** Default: who is logged in. */
  readonly by?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly sleep?: Sleep | undefined;
}

const TIMEOUT_MS = 900_000;
const POLL_MS = 5000;

/**
 * Asks servers to deploy a version by themselves: a request is written to the store that releases lie in, and servers that look there (`pullDeploys`) obey it. Neither CI
 * nor a line to the servers is needed.
 *
 * `run` throws `STRATEGY_FAILED` when a server that is waited for failed, or did not answer in time; `INVALID_OPTION` for a key that can't be read or is short; those of the store.
 *
 * @throws {VersioningError} `INVALID_OPTION` for names of servers that are none.
 * @example
 * ```ts
 * import { memoryStore } from '@x/storage';
 * import { serverControlledStrategy } from '@x/versioning/deploy';
 *
 * const strategy = serverControlledStrategy({ storage: memoryStore(), by: 'ann' });
 * const { isLive, detail } = await strategy.run({ version: '1.0.5', channel: 'prod' });
 * console.log(isLive, detail); // false request 1 to deploy 1.0.5 is written
 * ```
 */
export function serverControlledStrategy(options: ServerControlledOptions): Strategy {
  const { servers = [] } = options;
  for (const server of servers) checkedServer(server);
  return {
    name: 'server-controlled',
    plan: ({ version, channel }) =>
      Promise.resolve([
        { kind: 'own', text: `write a request to deploy ${version} on ${channel} to the store` },
        ...servers.map((server) => ({ kind: 'own', text: `wait for the answer of ${server}` }) as const),
      ]),
    run: (call) => carriedOut(options, call),
  };
}

async function carriedOut(options: ServerControlledOptions, call: StrategyCall): Promise<StrategyOutcome> {
  const { storage, servers = [], by = currentUser(), clock = systemClock } = options;
  const { version, channel, signal, onLine } = call;
  const at = new Date(clock()).toISOString();
  const request = await requestBook(storage, options.key).request({ version, channel, by, at }, signal);
  const written = `request ${request.n} to deploy ${version} is written`;
  onLine?.(written);
  if (servers.length === 0) return { isLive: false, detail: written };
  const answers = await awaitAnswers(options, request, call);
  const failed = answers.filter((each) => reasonOf(each, version) !== undefined);
  if (failed.length === 0) return { isLive: true, detail: `deployed ${version} on ${servers.join(', ')}` };
  const reasons = failed.map((each) => `${each.server} (${reasonOf(each, version)})`);
  throw new VersioningError(
    'STRATEGY_FAILED',
    `Expected servers to deploy ${version}, got failures of ${reasons.join(', ')}`,
    {
      hint: 'See `holdfast deploy status` there.',
    },
  );
}

/** Why a version is not live on a server by its answer, which may be that to a later request. */
function reasonOf({ outcome, error, version }: DeployAnswer, wanted: string): string | undefined {
  if (outcome === 'failed' || outcome === 'none') return error?.message ?? 'no such release';
  return version === wanted ? undefined : `${version} was asked for after it`;
}

/** The answers of all servers to a request, or to a later one. */
async function awaitAnswers(
  {
    storage,
    key,
    servers = [],
    timeoutMs = TIMEOUT_MS,
    pollMs = POLL_MS,
    sleep = systemSleep,
  }: ServerControlledOptions,
  request: DeployRequest,
  { signal, onLine }: StrategyCall,
): Promise<readonly DeployAnswer[]> {
  const book = requestBook(storage, key);
  const odd = new Set<string>();
  const found = new Map<string, DeployAnswer>();
  const end = monotonicClock() + timeoutMs;
  for (;;) {
    for (const server of servers.filter((each) => !found.has(each))) {
      const { found: all } = await book.answers(server, signal);
      const answers = all.filter(({ entry }) => (entry.request ?? 0) >= request.n);
      const answer = answers.find(({ trust }) => trust === 'trusted')?.entry;
      if (answers.length > 0 && answer === undefined && !odd.has(server)) {
        odd.add(server);
        onLine?.(`${server}: an answer that is not signed with the key is passed over`);
      }
      if (answer === undefined) continue;
      found.set(server, answer);
      onLine?.(`${server}: ${answer.outcome}`);
    }
    const left = end - monotonicClock();
    if (found.size === servers.length) return [...found.values()];
    if (left <= 0)
      throw noAnswer(
        servers.filter((each) => !found.has(each)),
        request,
      );
    await sleep(Math.min(left, Math.max(1, pollMs)), signal);
  }
}

function noAnswer(servers: readonly string[], { n }: DeployRequest): VersioningError {
  return new VersioningError(
    'STRATEGY_FAILED',
    `Expected an answer to request ${n}, got none of ${servers.join(', ')}`,
    {
      hint: 'Check that `holdfast deploy run --pull` runs there, with the same key. The request stays: it is obeyed as soon as they look.',
    },
  );
}
