import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { commitName, type NewId } from '../layout/names.ts';
import { checkAborted } from '../run/abort.ts';
import { type Commit, commitSeal, decodeCommit, encodeCommit } from '../session/commit.ts';
import { listSessions, type SeenSession } from './inventory.ts';
import type { Keeper } from './keeper.ts';
import type { Patience } from './patience.ts';

/** How long a look at open sessions is good, in milliseconds. */
const POLL_MS = 2000;

/** How the sessions that began before a round have ended. */
export interface Resolution {
  /** Sessions that have ended, with or without a snapshot. */
  readonly ended: readonly SeenSession[];
  /** Those that were ended from outside, at any time: nothing of what they stored counts. */
  readonly fenced: readonly SeenSession[];
  /** Sessions that go on. While there are any, a round can't be decided. */
  readonly open: readonly SeenSession[];
  /** Sessions that this call has ended. */
  readonly newlyFenced: number;
}

/**
 * Waits for each session that began before round `epoch` to commit, or ends it by creating its commit first: exactly one side wins.
 * Time decides only whether to wait, so a wrong clock costs a run and no data.
 */
export async function resolveSessions(keeper: Keeper, epoch: number, patience: Patience): Promise<Resolution> {
  // Not by the clock: one that is set back would make it wait for as long as it was set back.
  let waited = 0;
  // Listed after the round was opened: a session that is not here began later, and knows of the round.
  const sessions = (await listSessions(keeper)).filter((session) => session.epoch < epoch);
  const ended: SeenSession[] = [];
  const fenced: SeenSession[] = [];
  let newlyFenced = 0;
  let waiting = sessions;
  for (;;) {
    const open: SeenSession[] = [];
    for (const session of waiting) {
      checkAborted(keeper.signal);
      let commit = await readCommit(keeper, session);
      if (commit === undefined && isSilent(session, keeper.clock(), patience.fenceAfterMs)) {
        const won = await fenceSession(keeper, session);
        commit = won.commit;
        newlyFenced += won.isOurs ? 1 : 0;
      }
      if (commit === undefined) open.push(session);
      else ended.push(session);
      if (commit?.type === 'fence') fenced.push(session);
    }
    if (open.length === 0 || waited >= patience.waitMs) return { ended, fenced, open, newlyFenced };
    if (waited === 0) keeper.onWait?.(open, patience);
    keeper.onStep({ doing: 'waiting for sessions', done: ended.length, total: sessions.length });
    const pause = Math.min(POLL_MS, patience.waitMs - waited);
    await keeper.sleep(pause, keeper.signal);
    waited += pause;
    waiting = await lookAgain(keeper, open);
  }
}

/**
 * Whether a session has shown no sign of life for so long. One whose last sign is that far in the future has not either: it is
 * from a time when a clock was wrong, and no clock will reach it soon.
 */
export const isSilent = ({ lastMs }: SeenSession, now: number, fenceAfterMs: number): boolean =>
  Math.abs(now - lastMs) >= fenceAfterMs;

/** The same sessions with their newest signs of life. One that has taken its own away has ended. */
async function lookAgain(keeper: Keeper, open: readonly SeenSession[]): Promise<SeenSession[]> {
  const now = new Map((await listSessions(keeper)).map((session) => [session.session, session]));
  return open.map((session) => now.get(session.session) ?? session);
}

/** How a session has ended; `undefined` when it has not. */
async function readCommit(
  { sealed, tenant, view, signal }: Keeper,
  { epoch, session }: SeenSession,
): Promise<Pick<Commit, 'type'> | undefined> {
  const name = commitName(tenant.label, epoch, session);
  try {
    return decodeCommit(await sealed.read(name, commitSeal(tenant), { signal }), name);
  } catch (error) {
    if (isBackupError(error, 'OBJECT_MISSING')) return undefined;
    if (!(error instanceof BackupError)) throw error;
    // Whatever it was: nobody wants it any more.
    if (view.forgotten.has(session)) return { type: 'snapshot' };
    throw new BackupError('PRUNE_REFUSED', `Expected to read how session ${session} has ended, got damage in ${name}`, {
      cause: error,
      object: name,
      hint: 'Nothing was deleted. `holdfast backup repair` mends it or gives it up.',
    });
  }
}

/** Whose session is ended, and where. */
export interface FencePlace {
  readonly sealed: SealedStore;
  readonly tenant: Tenant;
  readonly newId: NewId;
}

/** Ends a session, unless it has committed. @returns Who was first. */
export async function fenceSession(
  { sealed, tenant, newId }: FencePlace,
  { epoch, session }: SeenSession,
): Promise<{ commit: Commit; isOurs: boolean }> {
  const name = commitName(tenant.label, epoch, session);
  const token = newId(16);
  await sealed.create(name, commitSeal(tenant), encodeCommit({ type: 'fence', token }));
  // Also when the answer says that we were first: what is there is what counts.
  const commit = decodeCommit(await sealed.read(name, commitSeal(tenant)), name);
  return { commit, isOurs: commit.token === token };
}
