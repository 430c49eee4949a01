import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { VersioningError } from '../../errors.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { DeployLayout } from '../layout/model.ts';
import { demandLayout } from '../layout/plan-layout.ts';
import { HeldLock } from './held-lock.ts';
import { LockBook, type LockEntry } from './lock-book.ts';
import { type DeployLockOwner, isOwnerRunning, type LockTakeover, ownLockOwner } from './lock-owner.ts';

/** Options of {@link acquireDeployLock}. */
export interface DeployLockOptions {
  readonly by: string;
  /** How long the lock counts for other machines without being renewed, in milliseconds; it is renewed three times in that time. Default: 60,000. */
  readonly leaseMs?: number | undefined;
  /** Takes the lock from whoever has it. That is written down. */
  readonly force?: boolean | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told when the lock was taken from somebody else, and why. */
  readonly onTakeover?: ((takeover: LockTakeover) => void) | undefined;
}

/** The lock of a deployment while it is held. Disposing of it releases it. */
export interface DeployLock extends AsyncDisposable {
  readonly owner: DeployLockOwner;
  readonly takeover: LockTakeover | undefined;
  /** Aborted, with `DEPLOY_LOCK_LOST`, when another one has taken it by force or it could not be renewed: stop what you do. */
  readonly lost: AbortSignal;
  /** @throws {VersioningError} `DEPLOY_LOCK_LOST`. */
  demand(): Promise<void>;
  /** Gives it back. Where another one has it, nothing happens; where it can't be written, it is tried again while this process lives. */
  release(): Promise<void>;
}

/** Who has the lock now. */
export interface DeployLockState {
  readonly owner: DeployLockOwner;
  /** ISO 8601, UTC, by the owner's clock. */
  readonly since: string;
  /** When its lease ends, if it is not renewed, by the owner's clock. */
  readonly until: string;
  /** Whether its process is still there; `unknown` on another machine. */
  readonly isRunning: boolean | 'unknown';
}

const LEASE_MS = 60_000;
/** Lost races before it is given up. */
const ATTEMPTS = 20;

/**
 * Takes the lock of a deployment: of two at once one wins, on one machine or on several that share the folder.
 *
 * Whoever has it loses it only when that is proven: its process has ended, or has another start time, on this host; on another host, when its lease is over by more than one more lease and it was
 * not renewed while it was watched for a lease, so that a clock that is wrong proves nothing. Or by `force`.
 *
 * @throws {VersioningError} `DEPLOY_LOCKED` with who has it, since when, and what to do; `LAYOUT_MISSING`, `INVALID_DEPLOY_RECORD`.
 * @example
 * ```ts
 * import { acquireDeployLock, deployLayout } from '@x/versioning/deploy';
 *
 * await using lock = await acquireDeployLock(deployLayout({ root: '/srv/shop' }), { by: 'ann' });
 * await lock.demand();
 * ```
 */
export async function acquireDeployLock(layout: DeployLayout, options: DeployLockOptions): Promise<DeployLock> {
  await demandLayout(layout);
  const { clock = systemClock, leaseMs = LEASE_MS } = options;
  const book = new LockBook(layout);
  const owner = ownLockOwner(options.by);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    options.signal?.throwIfAborted();
    const { n, entry } = await book.latest();
    const takeover = entry?.kind === 'taken' ? await takeoverOf(book, entry, options) : undefined;
    const token = randomUUID();
    const since = new Date(clock()).toISOString();
    const isOurs = await book.write(n + 1, { kind: 'taken', token, owner, since, leaseMs, instead: takeover });
    if (!isOurs) continue;
    if (takeover !== undefined) options.onTakeover?.(takeover);
    return HeldLock.hold(book, { n: n + 1, token, owner, takeover, leaseMs, clock });
  }
  throw new VersioningError('DEPLOY_LOCKED', `Expected to take the lock of ${layout.root}, got ${ATTEMPTS} lost races`);
}

/** Who has the lock; `undefined` when nobody has. @throws {VersioningError} `INVALID_DEPLOY_RECORD`. */
export async function readDeployLock(layout: DeployLayout): Promise<DeployLockState | undefined> {
  const book = new LockBook(layout);
  const { entry } = await book.latest();
  if (entry?.kind !== 'taken') return undefined;
  const { owner, since } = entry;
  return { owner, since, until: new Date(await leaseEnd(book, entry)).toISOString(), isRunning: isOwnerRunning(owner) };
}

type TakenEntry = LockEntry & { readonly kind: 'taken' };

/** Why the lock may be taken from its owner. @throws {VersioningError} `DEPLOY_LOCKED` when it may not. */
async function takeoverOf(book: LockBook, entry: TakenEntry, options: DeployLockOptions): Promise<LockTakeover> {
  const { owner } = entry;
  const isThere = isOwnerRunning(owner);
  if (isThere === false) return { owner, why: 'gone' };
  if (options.force === true) return { owner, why: 'forced' };
  if (isThere === 'unknown' && (await isExpired(book, entry, options))) return { owner, why: 'expired' };
  throw locked(entry);
}

async function isExpired(book: LockBook, entry: TakenEntry, options: DeployLockOptions): Promise<boolean> {
  const { clock = systemClock, signal } = options;
  if (clock() < (await leaseEnd(book, entry)) + entry.leaseMs) return false;
  const before = await book.lastBeat(entry.token);
  // A beat is due in a third of this; and this time is measured here, whatever the clock there says.
  await wait(entry.leaseMs, undefined, { signal });
  const after = await book.lastBeat(entry.token);
  return before?.beat === after?.beat;
}

async function leaseEnd(book: LockBook, { token, since, leaseMs }: TakenEntry): Promise<number> {
  const beat = await book.lastBeat(token);
  return beat === undefined ? Date.parse(since) + leaseMs : Date.parse(beat.until);
}

function locked({ owner, since }: TakenEntry): VersioningError {
  const { by, host, pid } = owner;
  return new VersioningError(
    'DEPLOY_LOCKED',
    `Expected nobody else to deploy here, got ${by} on ${host}, process ${pid}, since ${since}`,
    {
      hint: 'Wait until it has ended. If you know that it has, on another machine, force it (`--force`); that is written down.',
    },
  );
}
