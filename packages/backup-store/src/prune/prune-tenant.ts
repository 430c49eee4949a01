import { BackupError } from '../errors.ts';
import { epochName } from '../layout/names.ts';
import { encodeRecord, epochSeal, type PackId } from '../session/epoch-records.ts';
import { readEpochs } from '../session/epochs.ts';
import { decideRound } from './decide-round.ts';
import { type Inventory, type SeenSession, takeInventory } from './inventory.ts';
import type { Keeper } from './keeper.ts';
import { findLiveBlobs } from './live-blobs.ts';
import { packIdOf, packUse } from './pack-use.ts';
import { planRound, type RoundPlan } from './plan-round.ts';
import type { Patience } from './patience.ts';
import { isSilent, resolveSessions } from './resolve-sessions.ts';
import { isClosed, sweepRound } from './sweep-round.ts';

/** More steps than this (three make a round) one call does not go, however many rounds others begin. */
const MAX_STEPS = 48;

/** How a tenant is to be pruned. */
export interface TenantPruning extends Patience {
  readonly maxUnusedPercent: number;
}

/** What pruning a tenant came to. */
export interface PrunedTenant {
  readonly epoch: number;
  readonly packsDeleted: number;
  readonly bytesFreed: number;
  readonly bytesWritten: number;
  readonly sessionsFenced: number;
  /** Sessions that a round waits for: it goes on with the next call. */
  readonly waitingFor: readonly SeenSession[];
}

/** A plan, and what it was made from. */
export interface TenantPlan extends RoundPlan {
  readonly inventory: Inventory;
  /** Number of the round that it would be. */
  readonly epoch: number;
  readonly open: readonly SeenSession[];
}

/** Decides what a round would do, by the keeper's view, which must have been loaded before. Changes nothing. */
export async function planTenant(keeper: Keeper, options: TenantPruning): Promise<TenantPlan> {
  const { view, clock } = keeper;
  const inventory = await takeInventory(keeper);
  const { live } = await findLiveBlobs(keeper, (number) => view.index.isLost(number));
  const { decided } = view.epochs;
  const ended = new Set(view.commits.map(({ session }) => session));
  const unended = inventory.sessions.filter(({ session, epoch }) => epoch >= decided && !ended.has(session));
  const stale = unended.filter((session) => isSilent(session, clock(), options.fenceAfterMs));
  const going = new Set(unended.map(({ session }) => session));
  const indexed = new Set(view.index.packs.map(packIdOf));
  const counting = new Set(view.segments.map(({ id }) => id));
  const isGoing = (id: PackId): boolean => going.has(id.slice(0, id.indexOf('/')));
  const isStray = (id: PackId): boolean => !indexed.has(id) && !isGoing(id);
  const straySegments = inventory.segments.filter((id) => !counting.has(id) && !isGoing(id)).length;
  const plan = planRound({
    uses: packUse(view.index, live).filter(({ id }) => inventory.packs.has(id)),
    strays: new Map([...inventory.packs].filter(([id]) => isStray(id))),
    loose: view.commits.length,
    leftovers: straySegments + stale.length + inventory.sessions.length - unended.length,
    maxUnusedPercent: options.maxUnusedPercent,
  });
  const mended = [...(keeper.damaged ?? [])].map((id) => ({ id, bytes: inventory.packs.get(id) ?? 0, liveBytes: 0 }));
  const named = new Set(plan.delete.map(({ id }) => id));
  return {
    ...plan,
    repack: [
      ...plan.repack,
      ...mended.filter(({ id }) => !named.has(id) && !plan.repack.some((each) => each.id === id)),
    ],
    worthwhile: plan.worthwhile || keeper.damaged !== undefined,
    inventory,
    epoch: decided + 1,
    open: unended.filter((session) => !stale.includes(session)),
  };
}

/** What rounds have come to so far. */
interface Totals {
  packsDeleted: number;
  bytesFreed: number;
  bytesWritten: number;
  sessionsFenced: number;
}

/** How far one call has come. */
interface Course {
  readonly totals: Totals;
  /** It has begun a round of its own: it begins no other. */
  hasOpened: boolean;
}

/** Collects garbage: goes on with what others have begun, then begins a round of its own if that is worthwhile. */
export async function pruneTenant(keeper: Keeper, options: TenantPruning): Promise<PrunedTenant> {
  const course: Course = {
    totals: { packsDeleted: 0, bytesFreed: 0, bytesWritten: 0, sessionsFenced: 0 },
    hasOpened: false,
  };
  for (let i = 0; i < MAX_STEPS; i++) {
    await keeper.view.reload(keeper.signal);
    const { opened, decided } = keeper.view.epochs;
    try {
      const waitingFor = await nextStep(keeper, options, course);
      if (waitingFor !== undefined) return { ...course.totals, epoch: opened, waitingFor };
    } catch (error) {
      // What another keeper has deleted meanwhile is no damage: then a round has gone on.
      if (!(error instanceof BackupError) || error.code === 'ABORTED') throw error;
      const now = await readEpochs(keeper, keeper.view.epochs);
      if (now.opened === opened && now.decided === decided) throw error;
    }
  }
  throw new BackupError(
    'PRUNE_REFUSED',
    'Expected to end a round of garbage collection, others went on beginning new ones',
    {
      hint: 'Let fewer programs prune at the same time.',
    },
  );
}

/** Goes one step further, by a view that was just loaded. @returns When there is nothing more to do: the sessions that the round waits for. */
async function nextStep(
  keeper: Keeper,
  options: TenantPruning,
  course: Course,
): Promise<readonly SeenSession[] | undefined> {
  const { totals } = course;
  const { opened, decided } = keeper.view.epochs;
  if (opened > decided) {
    const resolution = await resolveSessions(keeper, opened, options);
    totals.sessionsFenced += resolution.newlyFenced;
    if (resolution.open.length > 0) return resolution.open;
    totals.bytesWritten += await decideRound(keeper, opened, resolution);
    return undefined;
  }
  if (decided > 0 && !(await isClosed(keeper, decided))) {
    const { packs, bytes } = await sweepRound(keeper);
    totals.packsDeleted += packs;
    totals.bytesFreed += bytes;
    return undefined;
  }
  if (course.hasOpened) return [];
  const plan = await planTenant(keeper, options);
  if (!plan.worthwhile) return [];
  // A round of this number was opened before and its record is lost: nobody else waits for those that knew of it.
  const hasOrphans = plan.inventory.sessions.some((session) => session.epoch >= plan.epoch);
  if (hasOrphans) {
    const orphans = await resolveSessions(keeper, plan.epoch + 1, options);
    totals.sessionsFenced += orphans.newlyFenced;
    if (orphans.open.length > 0) return orphans.open;
  }
  const hasOpened = await openRound(keeper, plan);
  // What orphans have left is not of a round before this one: it goes with the next.
  course.hasOpened = hasOpened && !hasOrphans;
  return undefined;
}

/** Begins a round, unless somebody else has. */
async function openRound(keeper: Keeper, plan: TenantPlan): Promise<boolean> {
  const { sealed, tenant, view, newId, signal } = keeper;
  // A round may have ended since the plan was made; then its packs are not those of this plan.
  if (view.epochs.decided + 1 !== plan.epoch) return false;
  const tombstones = [...plan.delete, ...plan.repack].map(({ id }) => id);
  const content = encodeRecord({ token: newId(16), tombstones });
  const name = epochName(tenant.label, plan.epoch, 'open');
  return (await sealed.create(name, epochSeal(tenant), content, { signal })) !== undefined;
}
