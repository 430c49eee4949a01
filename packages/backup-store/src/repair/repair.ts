import { randomId } from '../layout/names.ts';
import { keeperOf, openBackup, pruningOf } from '../prune/prune.ts';
import { pruneTenant } from '../prune/prune-tenant.ts';
import { withReserve } from '../prune/reserve.ts';
import type { IncompleteSnapshot, RepairOptions, RepairResult } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { isHeld } from '../run/held.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import { forgetSnapshot } from '../session/forget-snapshot.ts';
import { rebuildIndex } from '../verify/rebuild-index.ts';
import { restoreCopies } from '../verify/restore-copies.ts';
import { verify } from '../verify/verify.ts';
import { type Damage, damageOf } from './damage.ts';

/** Mends what can be mended, and gives up what is lost. */
export async function repair(context: RunContext, options: RepairOptions): Promise<RepairResult> {
  const meter = new ProgressMeter('verify', options.onProgress);
  const { signal } = options;
  const level = options.readData === true ? 'full' : 'structure';
  const report = await verify(context, undefined, { level, signal, onProgress: options.onProgress });
  const tenants = context.tenants();
  for (const { view } of tenants) await view.reload(signal);
  const damage = tenants.map((tenant) => damageOf(tenant, report.findings));
  const copiesRestored: string[] = [];
  const waitsFor: RepairResult['waitsFor'][number][] = [];
  if (options.dryRun !== true) {
    copiesRestored.push(...(await restoreCopies(context)));
    if (damage.some(({ segments }) => segments.length > 0)) await rebuildIndex(context, { signal });
    for (const each of damage.filter(({ tenant }) => !isHeld(context.keyring, tenant.tenant))) {
      await giveUp(context, each);
      waitsFor.push(...(await dropPacks(context, each, { options, meter })));
    }
  }
  const incomplete =
    options.dryRun === true ? damage.flatMap(({ concerned }) => concerned) : await findIncomplete(damage);
  const isLeft = ({ tenant }: Damage): boolean => isHeld(context.keyring, tenant.tenant);
  const held = damage.filter((each) => isLeft(each) && isDamaged(each)).map(({ tenant }) => tenant.tenant.name);
  const mended = damage.filter((each) => !isLeft(each));
  const givenUp = mended.flatMap(({ commits }) => commits);
  const status = incomplete.length + givenUp.length + waitsFor.length + held.length === 0 ? 'ok' : 'partial';
  context.emit('repair.finished', { status, incomplete: incomplete.length, givenUp: givenUp.length });
  return {
    status,
    copiesRestored,
    segmentsRebuilt: damage.flatMap(({ segments }) => segments),
    packsDropped: mended.flatMap(({ objects }) => objects),
    givenUp,
    incomplete,
    held,
    waitsFor,
    durationMs: Math.round(meter.elapsedMs),
  };
}

const isDamaged = ({ packs, commits, concerned, markers }: Damage): boolean =>
  packs.size + commits.length + concerned.length + markers.length > 0;

/** Nothing of a snapshot can be found without its commit. A marker that can't be read forgets nothing, and would stop prunes. */
async function giveUp(context: RunContext, { tenant, commits, markers }: Damage): Promise<void> {
  // Whether it was a keeper who forgot that snapshot can't be told any more, so it is not forgotten.
  for (const name of markers) await context.sealed.store.delete(name);
  const at = new Date(context.clock()).toISOString();
  for (const snapshot of commits) {
    await forgetSnapshot(context.sealed, tenant.tenant, { snapshot, at, token: randomId(16) });
    context.emit('snapshot.forgotten', { snapshot, tenant: tenant.tenant.name });
  }
}

/** A round of garbage collection that takes damaged packs out of use, once what can be read of them is in new ones. */
async function dropPacks(
  context: RunContext,
  { tenant, packs, commits, concerned }: Damage,
  { options, meter }: { readonly options: RepairOptions; readonly meter: ProgressMeter },
): Promise<RepairResult['waitsFor']> {
  if (packs.size + commits.length + concerned.length === 0) return [];
  const pruning = pruningOf({ waitMs: options.waitMs, fenceAfterMs: options.fenceAfterMs, maxUnusedPercent: 100 });
  const { waitingFor } = await withReserve(context.sealed.store, async () => {
    const keeper = keeperOf(context, tenant, { signal: options.signal, meter, damaged: packs });
    return await pruneTenant(keeper, pruning);
  });
  return waitingFor.map(openBackup);
}

/** Snapshots that lack something after the repair, with what is known of them from before. */
async function findIncomplete(damage: readonly Damage[]): Promise<IncompleteSnapshot[]> {
  const incomplete: IncompleteSnapshot[] = [];
  for (const { tenant, packs, concerned } of damage) {
    // Those that lacked something are whole again when a backup has stored it.
    if (packs.size + concerned.length === 0) continue;
    await tenant.view.reload();
    const { history } = tenant.view.epochs;
    incomplete.push(...describe(tenant, history.incomplete, concerned));
  }
  return incomplete;
}

function describe(
  { view }: OpenTenant,
  ids: readonly string[],
  known: readonly IncompleteSnapshot[],
): IncompleteSnapshot[] {
  return view.snapshots
    .filter(({ record }) => ids.includes(record.id))
    .map(({ record }) => {
      const { id: snapshot, name, startedAt } = record;
      const paths = known.find((each) => each.snapshot === snapshot)?.paths ?? [];
      return { snapshot, startedAt, paths, ...(name === undefined ? {} : { name }) };
    });
}
