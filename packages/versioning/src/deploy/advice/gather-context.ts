import { VersioningError } from '../../errors.ts';
import type { Checkout } from '../../git/checkout.ts';
import { readCheckout } from '../../git/read-checkout.ts';
import { peeled } from '../../git/read-tag.ts';
import { readRemoteRefs } from '../../git/remote-refs.ts';
import type { GitOptions } from '../../git/run-git.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { CheckOutcome } from '../checks/contract.ts';
import type { LatestBackup } from '../checks/backup-fresh-check.ts';
import { readDiskUse } from '../checks/disk-check.ts';
import type { Deployment } from '../run/contract.ts';
import { readCheckoutDiff, readCommitTypes } from './checkout-diff.ts';
import type { AdviceContext, AdviceDisk, BusinessHours } from './context.ts';

/** Where {@link gatherContext} looks. */
export interface GatherContextOptions {
  /** The folder that is released, in a checkout; elsewhere nothing is known of changes. */
  readonly folder: string;
  readonly channel: string;
  readonly history: readonly Deployment[];
  /** The tag of the release that is live. Without it, nothing is known of changes. */
  readonly liveTag?: string | undefined;
  /** Default: the upstream of the branch, or `origin`. */
  readonly remote?: string | undefined;
  /** How long the remote may take to answer, in milliseconds. Default: 10,000. */
  readonly remoteTimeoutMs?: number | undefined;
  /** Default: Monday to Friday, 9 to 17 o'clock in the time zone of this machine. */
  readonly businessHours?: BusinessHours | undefined;
  /** A folder on the disk that releases are put on. */
  readonly diskPath?: string | undefined;
  /** Bytes that a new release would take. */
  readonly neededBytes?: number | undefined;
  /** Default: `migrations` in the folder. */
  readonly migrations?: string | undefined;
  /** The file that names settings. Default: `.env.example` in the folder. */
  readonly settings?: string | undefined;
  /** What checks of the service have said. Default: `unknown`. */
  readonly health?: CheckOutcome | 'unknown' | undefined;
  /** Who can tell how old backups are. Without it, that is unknown. */
  readonly backups?: { readonly destinations: readonly string[]; readonly latest: LatestBackup } | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

const REMOTE_TIMEOUT_MS = 10_000;
/** Codes of errors that say that there is nothing to look at. */
const NO_CHECKOUT: readonly string[] = ['NOT_A_CHECKOUT', 'NO_COMMITS', 'GIT_NOT_FOUND'];

/**
 * Looks at checkout, remote, disk and backups, and makes the data that `recommendStrategy` looks at. Reads only.
 *
 * @throws {VersioningError} `TAG_NOT_FOUND` for a live tag that is not here; `SHALLOW_CLONE`; `INVALID_MIGRATION`; `INVALID_OPTION` for a remote that is none;
 * `READ_FAILED`, `GIT_FAILED`.
 * @example
 * ```ts
 * import { gatherContext, recommendStrategy } from '@x/versioning/deploy';
 *
 * const context = await gatherContext({ folder: '.', channel: 'prod', history: [], liveTag: 'v1.0.4', diskPath: '/srv' });
 * console.log(recommendStrategy(context).ranked[0]?.strategy);
 * ```
 */
export async function gatherContext(options: GatherContextOptions): Promise<AdviceContext> {
  const { channel, history, health = 'unknown', clock = systemClock, signal } = options;
  const git = { folder: options.folder, signal };
  const checkout = await checkoutIfThere(git);
  const [changes, remote, disk, backupAgeMs] = await Promise.all([
    checkout === undefined ? nothingKnown : readChanges(options, git),
    checkout === undefined ? ('unknown' as const) : readRemote(checkout, options, git),
    readDisk(options),
    readBackupAge(options, clock()),
  ]);
  return {
    now: clock(),
    channel,
    ...changes,
    isDirty: checkout?.isDirty ?? false,
    remote,
    businessHours: options.businessHours ?? { timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone },
    health,
    disk,
    backupAgeMs,
    history,
  };
}

async function checkoutIfThere(git: GitOptions): Promise<Checkout | undefined> {
  try {
    return await readCheckout(git);
  } catch (error) {
    if (error instanceof VersioningError && NO_CHECKOUT.includes(error.code)) return undefined;
    throw error;
  }
}

type Changes = Pick<AdviceContext, 'diff' | 'commitTypes' | 'breakingCommits'>;

const nothingKnown: Changes = { diff: undefined, commitTypes: {}, breakingCommits: 0 };

async function readChanges(options: GatherContextOptions, git: GitOptions): Promise<Changes> {
  const { liveTag, migrations = 'migrations', settings = '.env.example' } = options;
  if (liveTag === undefined) return nothingKnown;
  const live = await peeled(`refs/tags/${liveTag}`, git);
  if (live === undefined) {
    throw new VersioningError('TAG_NOT_FOUND', `Expected the tag ${liveTag} of the release that is live, got none`, {
      hint: 'Fetch it with `git fetch --tags`.',
    });
  }
  const [diff, types] = await Promise.all([
    readCheckoutDiff(live, { migrations, settings }, git),
    readCommitTypes(live, git),
  ]);
  return { diff, ...types };
}

/** Asks the remote, and does not wait long. */
async function readRemote(
  checkout: Checkout,
  { remote: asked, remoteTimeoutMs = REMOTE_TIMEOUT_MS, liveTag = 'v0.0.0' }: GatherContextOptions,
  git: GitOptions,
): Promise<AdviceContext['remote']> {
  const names = checkout.remotes.map(({ name }) => name);
  const remote = asked ?? checkout.upstream?.remote ?? (names.includes('origin') ? 'origin' : names[0]);
  if (remote === undefined) return 'none';
  const timeout = AbortSignal.timeout(remoteTimeoutMs);
  const signal = git.signal === undefined ? timeout : AbortSignal.any([git.signal, timeout]);
  try {
    await readRemoteRefs({ ...git, remote, tag: liveTag, signal });
    return 'reachable';
  } catch (error) {
    git.signal?.throwIfAborted();
    const isGone = error instanceof VersioningError && ['REMOTE_UNREACHABLE', 'PUSH_REJECTED'].includes(error.code);
    // One that lets nobody in is no remote to push to, either.
    if (isGone || timeout.aborted) return 'unreachable';
    throw error;
  }
}

async function readDisk({ diskPath, neededBytes }: GatherContextOptions): Promise<AdviceDisk | undefined> {
  if (diskPath === undefined) return undefined;
  // A place that is not there yet says nothing.
  const use = await readDiskUse(diskPath).catch(() => undefined);
  return use === undefined ? undefined : { ...use, neededBytes };
}

/** The age at the destination where the newest is oldest; none where one of them has no backup, or can't be asked. */
async function readBackupAge(
  { backups, signal }: GatherContextOptions,
  now: number,
): Promise<AdviceContext['backupAgeMs']> {
  if (backups === undefined || backups.destinations.length === 0) return 'unknown';
  const call = { signal: signal ?? new AbortController().signal };
  const ask = async (name: string): Promise<number> => now - ((await backups.latest(name, call)) ?? Number.NaN);
  const ages = await Promise.all(backups.destinations.map((name) => ask(name).catch(() => Number.NaN)));
  signal?.throwIfAborted();
  return ages.some(Number.isNaN) ? undefined : ages.reduce((a, b) => Math.max(a, b));
}
