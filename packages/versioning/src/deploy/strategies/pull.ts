import semver from 'semver';
import { isStorageError, type ObjectStore } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import { type Clock, type Sleep, systemClock, systemSleep } from '../../clock.ts';
import { failureText } from '../checks/failure.ts';
import type { Secret } from '../checks/secret.ts';
import { answeredIn, type DeployAnswer, type DeployRequest, type Found, requestBook } from './request-book.ts';

/** What a server that deploys by itself needs. */
export interface PullOptions {
  /** The store that releases and requests lie in. */
  readonly storage: ObjectStore;
  readonly channel: string;
  /** Its name, which answers have. */
  readonly server: string;
  /** The newest release of a channel that was not taken back. */
  readonly newest: (channel: string, signal: AbortSignal | undefined) => Promise<string | undefined>;
  /** What is live on this machine. */
  readonly current: () => Promise<string | undefined>;
  /** Deploys a version here, and throws when it did not get live. It verifies the release: whoever may write to the store may ask for any. */
  readonly deploy: (version: string, signal: AbortSignal | undefined) => Promise<void>;
  /** With it, only requests that are signed with it are obeyed, nothing is deployed without one, and answers are signed. Default: whoever may write to the store may ask. */
  readonly key?: Secret | undefined;
  /** How old a signed request may be when it is obeyed, in milliseconds. Default: 86,400,000, a day. */
  readonly maxAgeMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was in the store and is none of what should be there. */
export interface PassedOver {
  /** Keys of objects that are neither requests nor answers: damaged, of a newer format, or written by somebody who wants to be in the way. */
  readonly odd?: readonly string[] | undefined;
}

/** What one look at the store has come to. */
export type PullResult =
  /** Nothing was asked for, and nothing is newer. */
  | ({ readonly kind: 'idle' } & PassedOver)
  | ({ readonly kind: 'answered'; readonly answer: DeployAnswer } & PassedOver)
  /** The store did not answer: it is asked again. */
  | { readonly kind: 'unreachable'; readonly message: string };

/** Options of {@link pullDeploys}. */
export interface PullLoopOptions extends PullOptions {
  /** Milliseconds between two looks. Default: 60,000. */
  readonly everyMs?: number | undefined;
  readonly sleep?: Sleep | undefined;
}

const EVERY_MS = 60_000;
const MAX_AGE_MS = 86_400_000;
/** How far clocks may be apart. */
const AHEAD_MS = 300_000;

/**
 * Looks at a store once: deploys what was asked for since the last answer, else the newest release of the channel if it is newer than what is live. Of several requests
 * the last one counts. A version that failed or was taken back here is not tried again by itself, only when it is asked for. May be called again after a kill at any point.
 *
 * With a key, nothing is deployed but what was asked for and is signed: a server does not go to the newest release by itself, as whoever may write to the store could bring one there. A request
 * without its signature, or an old one, is answered with `REQUEST_UNTRUSTED` and not obeyed. Objects that are no entries are passed over, and told.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a key; {StorageError} those of the store; the reason of the signal.
 */
export async function pullOnce(options: PullOptions): Promise<PullResult> {
  const { storage, channel, server, key, newest, current, signal } = options;
  const book = requestBook(storage, key);
  const [requests, answers] = await Promise.all([book.requests(signal), book.answers(server, signal)]);
  const odd = [...requests.odd, ...answers.odd];
  const passed: PassedOver = odd.length === 0 ? {} : { odd };
  const own = answers.found.filter(({ trust }) => trust === 'trusted').map(({ entry }) => entry);
  const answered = answeredIn(answers.found, requests.last);
  const open = requests.found.filter(({ entry }) => entry.channel === channel && entry.n > answered);
  // One that nobody may have written is in the way of none.
  const request = open.findLast((each) => flawOf(each, options) === undefined) ?? open.at(-1);
  if (request === undefined && key !== undefined) return { kind: 'idle', ...passed };
  const live = await current();
  const target = request === undefined ? await newest(channel, signal) : await targetOf(request, options);
  if (request === undefined && !isWorthIt(target, live, own)) return { kind: 'idle', ...passed };
  const answer = await outcomeOf(options, { request, target, live });
  await book.answer(answer, signal);
  return { kind: 'answered', answer, ...passed };
}

async function targetOf(
  { entry }: Found<DeployRequest>,
  { channel, newest, signal }: PullOptions,
): Promise<string | undefined> {
  return entry.version ?? (await newest(channel, signal));
}

/** What is wrong with who has written a request, or when. */
function flawOf({ entry, trust }: Found<DeployRequest>, options: PullOptions): string | undefined {
  const { key, clock = systemClock, maxAgeMs = MAX_AGE_MS } = options;
  if (trust !== 'trusted') return trust === 'unsigned' ? 'one without a signature' : 'one whose signature is wrong';
  if (key === undefined) return undefined;
  const age = clock() - Date.parse(entry.at);
  // A time that is none is no time in between, either.
  return age >= -AHEAD_MS && age <= maxAgeMs ? undefined : `one of ${entry.at}, which is too old or in the future`;
}

function refuseFlawed(request: Found<DeployRequest>, options: PullOptions): void {
  const flaw = flawOf(request, options);
  if (flaw === undefined) return;
  throw new VersioningError('REQUEST_UNTRUSTED', `Expected a request that is signed with the key, got ${flaw}`, {
    hint: 'Ask with the same key, and look at the clocks of both.',
  });
}

/** Whether a server goes to a version by itself: not to one that it has left, be it that it failed or that somebody has taken it back. */
function isWorthIt(target: string | undefined, live: string | undefined, answers: readonly DeployAnswer[]): boolean {
  if (target === undefined) return false;
  const last = answers.findLast(({ version }) => version === target);
  // A machine that was set up anew has answers, too.
  if (live === undefined) return last?.outcome !== 'failed';
  const isNewer = semver.valid(live) !== null && semver.valid(target) !== null && semver.gt(target, live);
  return isNewer && last === undefined;
}

interface Aim {
  readonly request: Found<DeployRequest> | undefined;
  readonly target: string | undefined;
  readonly live: string | undefined;
}

async function outcomeOf(options: PullOptions, { request, target, live }: Aim): Promise<DeployAnswer> {
  const { server, deploy, signal, clock = systemClock } = options;
  const answer = (outcome: DeployAnswer['outcome'], error?: DeployAnswer['error']): DeployAnswer => ({
    server,
    request: request?.entry.n,
    version: target,
    outcome,
    at: new Date(clock()).toISOString(),
    error,
  });
  try {
    if (request !== undefined) refuseFlawed(request, options);
    if (target === undefined) return answer('none');
    // Also after a kill between the deploy and its answer.
    if (target === live) return answer('current');
    await deploy(target, signal);
    return answer('deployed');
  } catch (error) {
    // One that was stopped has no answer yet.
    signal?.throwIfAborted();
    const code = (error as { readonly code?: unknown } | undefined)?.code;
    // What holds for a moment is no answer: it is asked for again.
    if (isPassing(error)) throw error;
    return answer('failed', { code: typeof code === 'string' ? code : 'UNEXPECTED', message: failureText(error) });
  }
}

/** Somebody deploys by hand, or has to end a run that was killed; or the store does not answer. */
function isPassing(error: unknown): boolean {
  const code = error instanceof VersioningError ? error.code : undefined;
  return code === 'DEPLOY_LOCKED' || code === 'DEPLOY_UNFINISHED' || isStorageError(error);
}

/**
 * Looks at a store again and again, until the signal is given. A store that does not answer is asked again.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a key; the reason of the signal.
 * @example
 * ```ts
 * import { fsStore } from '@x/storage';
 * import { createReleaseManager } from '@x/versioning';
 * import { pullDeploys } from '@x/versioning/deploy';
 *
 * const storage = fsStore('/mnt/releases');
 * const releases = createReleaseManager({ storage, workspace: '.' });
 * const deploy = async (version: string): Promise<void> => console.log('deploying', version);
 * const newest = async (channel: string) => (await releases.getActiveRelease(channel))?.version;
 * const current = async () => '1.0.4';
 * for await (const result of pullDeploys({ storage, channel: 'stable', server: 'web-1', newest, current, deploy }))
 *   console.log(result.kind);
 * ```
 */
export async function* pullDeploys(options: PullLoopOptions): AsyncGenerator<PullResult> {
  const { everyMs = EVERY_MS, sleep = systemSleep, signal } = options;
  for (;;) {
    signal?.throwIfAborted();
    yield await pullOnce(options).catch((error: unknown): PullResult => {
      signal?.throwIfAborted();
      if (error instanceof VersioningError && !isPassing(error)) throw error;
      return { kind: 'unreachable', message: failureText(error) };
    });
    await sleep(Math.max(1, everyMs), signal);
  }
}
