import { isStorageError, listAll } from '@x/storage';

import { epochName, newSessionId, packsPrefix, indexPrefix } from '../layout/names.ts';
import { encodeRecord, type EpochDecision, epochSeal, type PackId, type SegmentId } from '../session/epoch-records.ts';
import { readDecision } from '../session/epochs.ts';
import { type Inventory, takeInventory } from './inventory.ts';
import type { Keeper } from './keeper.ts';
import { findLiveBlobs } from './live-blobs.ts';
import { isSmall, isSparse, packIdOf, packUse } from './pack-use.ts';
import { repack, type Repacked } from './repack.ts';
import type { Resolution } from './resolve-sessions.ts';
import { writeHistory } from './write-history.ts';

const NOTHING: Repacked = { packs: [], unreadable: new Set(), lost: new Set() };

/**
 * Decides a round: which packs are dead for everybody, and what counts from now on. All sessions of earlier rounds must
 * have ended. The first keeper to publish its decision has decided; any other takes that one.
 *
 * @returns Bytes of packs that this keeper wrote, and that count: none when another one has decided.
 * @throws {BackupError} `PRUNE_REFUSED` when something that snapshots need can't be read.
 */
export async function decideRound(keeper: Keeper, epoch: number, resolution: Resolution): Promise<number> {
  const { view, signal } = keeper;
  // First what is stored, then what counts: a session that commits in between is seen by the second look.
  const inventory = await takeInventory(keeper);
  await view.reload(signal);
  if (view.epochs.decided >= epoch) return 0;
  const { tombstones } = view.epochs;
  const { damaged = new Set<PackId>() } = keeper;
  // A repair reads what is left of packs that were cut.
  const gone = new Set(
    [...view.index.lost].filter((pack) => !damaged.has(packIdOf(pack)) || !inventory.packs.has(packIdOf(pack))),
  );
  const isGone = (number: number): boolean => gone.has(view.index.packOf(number));
  // Of two copies the one that stays is to be found.
  view.index.markLeaving(view.tombstoned());
  const found = await findLiveBlobs(keeper, isGone);
  const uses = new Map(packUse(view.index, found.live).map((use) => [use.id, use]));
  const moving = [...tombstones].filter((id) => {
    const use = uses.get(id);
    if (use === undefined || use.liveBlobs === 0) return false;
    return damaged.has(id) || isSparse(use) || isSmall(use);
  });
  const session = newSessionId(keeper.newId);
  const repacked = await repackIfRoom(keeper, new Set(moving), { live: found.live, session });
  const hasMoved = (id: PackId): boolean => repacked !== NOTHING && (damaged.has(id) || !repacked.unreadable.has(id));
  const moved = new Set(moving.filter(hasMoved));
  // What a repair gives up is missed by the snapshots that need it.
  const { incomplete } =
    repacked.lost.size === 0 || keeper.damaged === undefined
      ? found
      : await findLiveBlobs(keeper, (number) => isGone(number) || repacked.lost.has(number));
  const fenced = new Set(resolution.fenced.map((each) => each.session));
  const dead = new Set<PackId>(
    [...inventory.packs.keys()].filter((id) => {
      if (fenced.has(sessionOf(id))) return true;
      return tombstones.has(id) && (moved.has(id) || (uses.get(id)?.liveBlobs ?? 0) === 0);
    }),
  );
  // Packs that are gone altogether are named no more.
  for (const id of damaged) if (!inventory.packs.has(id)) dead.add(id);
  const { id: history, history: said } = await writeHistory(keeper, {
    epoch,
    dead,
    incomplete,
    added: repacked.packs,
    session,
  });
  const counting = new Set(said.segments.map((segment) => segment.id));
  const decision: EpochDecision = {
    token: keeper.newId(16),
    history,
    packs: [...dead],
    segments: deadSegments(keeper, { inventory, epoch, counting }),
    sessions: resolution.ended.map((each) => `${String(each.epoch).padStart(8, '0')}/${each.session}`),
  };
  const winner = await publish(keeper, epoch, decision);
  if (winner.token === decision.token) return repacked.packs.reduce((sum, { size }) => sum + size, 0);
  await discard(keeper, session);
  return 0;
}

/** Where there is no room to write packs again, they stay as they are for now. */
async function repackIfRoom(
  keeper: Keeper,
  from: ReadonlySet<PackId>,
  what: { readonly live: Uint8Array; readonly session: string },
): Promise<Repacked> {
  if (from.size === 0) return NOTHING;
  try {
    return await repack(keeper, from, what);
  } catch (error) {
    if (!isStorageError(error, 'NO_SPACE')) throw error;
    await discard(keeper, what.session);
    return NOTHING;
  }
}

/** Index segments that nothing names and no session can still commit. */
function deadSegments(
  { view }: Keeper,
  from: { readonly inventory: Inventory; readonly epoch: number; readonly counting: ReadonlySet<SegmentId> },
): SegmentId[] {
  const { inventory, epoch, counting } = from;
  const later = new Set([
    ...inventory.sessions.filter((each) => each.epoch >= epoch).map(({ session }) => session),
    ...view.commits.filter((each) => each.epoch >= epoch).map(({ session }) => session),
  ]);
  return inventory.segments.filter((id) => !counting.has(id) && !later.has(sessionOf(id)));
}

const sessionOf = (id: PackId): string => id.slice(0, id.indexOf('/'));

/** Creates the decision, unless there is one. @returns The one that counts. */
async function publish(keeper: Keeper, epoch: number, decision: EpochDecision): Promise<EpochDecision> {
  const { sealed, tenant } = keeper;
  await sealed.create(epochName(tenant.label, epoch, 'decision'), epochSeal(tenant), encodeRecord(decision));
  const winner = await readDecision(keeper, epoch);
  if (winner === undefined) throw new Error(`Expected a decision of round ${epoch}, got none`);
  return winner;
}

/** Removes what this keeper wrote and nothing will ever name. What stays is garbage of the next round. */
async function discard({ sealed, tenant, signal }: Keeper, session: string): Promise<void> {
  for (const prefix of [packsPrefix(tenant.label), indexPrefix(tenant.label)]) {
    for await (const { key } of listAll(sealed.store, `${prefix}${session}/`, { signal }))
      await sealed.store.delete(key).catch(() => undefined);
  }
}
