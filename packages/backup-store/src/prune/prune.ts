import { BackupError, isBackupError } from '../errors.ts';
import type { ErasedTenant, KeyringRecord } from '../keyring/keyring-record.ts';
import { packName, packsPrefix, randomId } from '../layout/names.ts';
import { BlobReader } from '../pack/blob-reader.ts';
import { BLOB } from '../pack/directory.ts';
import type {
  OpenBackup,
  PruneOptions,
  PrunePlan,
  PruneResult,
  TenantPrunePlan,
  TenantPruneResult,
} from '../repository/contract.ts';
import { systemSleep } from '../run/clock.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { isHeld, refuseHeld } from '../run/held.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import type { PackId } from '../session/epoch-records.ts';
import { TenantView } from '../session/tenant-view.ts';
import { deleteRemains, findRemains, type Remains } from './erased-remains.ts';
import type { SeenSession } from './inventory.ts';
import type { Keeper, KeeperStep } from './keeper.ts';
import type { PackAction } from './plan-round.ts';
import { planTenant, pruneTenant, type TenantPruning } from './prune-tenant.ts';
import { keepReserve, withReserve } from './reserve.ts';
import { sealedPacks } from './sealed-packs.ts';

const MINUTE = 60_000;
/** Keys of a listing's page. */
const PAGE = 1000;
const PHASES = {
  'reading catalogs': 'plan',
  'waiting for sessions': 'wait',
  'writing packs again': 'repack',
  deleting: 'delete',
} as const;

/** Options with every default filled in. @throws {BackupError} `INVALID_OPTION`. */
export function pruningOf(options: PruneOptions): TenantPruning {
  const { maxUnusedPercent = 5, waitMs = 10 * MINUTE, fenceAfterMs = 60 * MINUTE } = options;
  const isPercent = maxUnusedPercent >= 0 && maxUnusedPercent <= 100;
  if (!isPercent)
    throw new BackupError('INVALID_OPTION', `Expected a percentage from 0 to 100, got ${maxUnusedPercent}`);
  if (!(waitMs >= 0) || !(fenceAfterMs >= 0))
    throw new BackupError('INVALID_OPTION', `Expected times of 0 ms and more, got ${waitMs} and ${fenceAfterMs}`);
  return { maxUnusedPercent, waitMs, fenceAfterMs };
}

/** The tenants that are asked for, and the names of those that are under a legal hold. @throws {BackupError} `TENANT_HELD`. */
async function tenantsOf(
  context: RunContext,
  options: PruneOptions,
): Promise<{ readonly open: readonly OpenTenant[]; readonly held: readonly string[] }> {
  if (options.tenant !== undefined) {
    const open = await context.tenant(options.tenant);
    refuseHeld(context.keyring, open.tenant, 'prune');
    return { open: [open], held: [] };
  }
  const all = context.tenants();
  const held = all.filter(({ tenant }) => isHeld(context.keyring, tenant));
  return { open: all.filter((each) => !held.includes(each)), held: held.map(({ tenant }) => tenant.name) };
}

/** Whoever prunes a tenant of an open repository. */
export function keeperOf(
  context: RunContext,
  { tenant }: OpenTenant,
  parts: {
    readonly signal?: AbortSignal | undefined;
    readonly meter: ProgressMeter;
    readonly onWait?: PruneOptions['onWait'];
    /** Set for a repair. */
    readonly damaged?: ReadonlySet<PackId> | undefined;
  },
): Keeper {
  const { sealed, clock } = context;
  const { signal, meter, damaged, onWait } = parts;
  const view = new TenantView(sealed, tenant, { believeUnreadable: damaged !== undefined });
  const { cacheBytes } = context.performance;
  const blobs = new BlobReader(sealed, tenant, { index: () => view.index, cacheBytes });
  return {
    sealed,
    tenant,
    view,
    packs: { ...sealedPacks(sealed, tenant), readPage: async (page) => await blobs.read(BLOB.catalog, page) },
    clock,
    sleep: systemSleep,
    newId: randomId,
    signal,
    seen: context.seen(tenant.label),
    damaged,
    onStep: (step) => tell(meter, step),
    onWait: (open, { waitMs, fenceAfterMs }) =>
      onWait?.({ tenant: tenant.name, backups: open.map(openBackup), waitMs, fenceAfterMs }),
  };
}

function tell(meter: ProgressMeter, { doing, done, total }: KeeperStep): void {
  const isNew = meter.phase !== PHASES[doing];
  meter.phase = PHASES[doing];
  meter.counts.filesDone = done;
  meter.counts.filesTotal = total;
  if (isNew || done === total) meter.flush();
  else meter.tick(() => doing);
}

/** What a prune would do. */
export async function planPrune(context: RunContext, options: PruneOptions): Promise<PrunePlan> {
  const pruning = pruningOf(options);
  const meter = new ProgressMeter('plan', options.onProgress);
  const tenants: TenantPrunePlan[] = [];
  const { open: wanted, held } = await tenantsOf(context, options);
  for (const open of wanted) {
    const keeper = keeperOf(context, open, { signal: options.signal, meter });
    await keeper.view.reload(options.signal);
    tenants.push(describe(open, keeper, await planTenant(keeper, pruning)));
  }
  tenants.push(...(await planErased(context, options)));
  return { tenants, held };
}

const packsAmong = (label: string, { keys }: Remains): readonly string[] =>
  keys.filter((key) => key.startsWith(packsPrefix(label)));

/**
 * Erased tenants whose label nobody has any more: the last of those that have had one. However old the record is, nobody has come to such a
 * label since: new ones are random, and who shares takes the one of a tenant in the very record that his own replaces.
 */
function unused({ tenants, erased = [] }: KeyringRecord): readonly ErasedTenant[] {
  const used = new Set(tenants.map(({ label }) => label));
  const last = new Map(erased.map((each) => [each.label, each]));
  return [...last.values()].filter(({ label }) => !used.has(label));
}

/** What erased tenants have left. */
async function planErased(context: RunContext, { tenant, signal }: PruneOptions): Promise<TenantPrunePlan[]> {
  const plans: TenantPrunePlan[] = [];
  for (const { label, name } of tenant === undefined ? unused(context.keyring.record) : []) {
    const remains = await findRemains(context, label, signal);
    if (remains.keys.length === 0) continue;
    const requests = {
      list: Math.ceil(remains.keys.length / PAGE) + 7,
      get: 0,
      create: 0,
      delete: remains.keys.length,
    };
    plans.push({
      tenant: name,
      epoch: 0,
      worthwhile: true,
      delete: packsAmong(label, remains).map((object) => ({
        object,
        bytes: remains.sizes.get(object) ?? 0,
        liveBytes: 0,
      })),
      repack: [],
      waitsFor: [],
      bytesFreed: remains.bytes,
      bytesUnused: 0,
      costs: { bytesRead: 0, bytesWritten: 0, requests },
    });
  }
  return plans;
}

function describe(
  { tenant }: OpenTenant,
  keeper: Keeper,
  plan: Awaited<ReturnType<typeof planTenant>>,
): TenantPrunePlan {
  const sum = (list: readonly PackAction[], of: (pack: PackAction) => number): number =>
    list.reduce((total, pack) => total + of(pack), 0);
  const named = (list: readonly PackAction[]): TenantPrunePlan['delete'] =>
    list.map(({ id, bytes, liveBytes }) => ({ object: objectOf(tenant.label, id), bytes, liveBytes }));
  const rewritten = sum(plan.repack, ({ liveBytes }) => liveBytes);
  const { packs, segments, sessions } = plan.inventory;
  const pages = Math.ceil(packs.size / PAGE) + Math.ceil(segments.length / PAGE) + 4;
  const deleted = plan.delete.length + plan.repack.length;
  return {
    tenant: tenant.name,
    epoch: plan.epoch,
    worthwhile: plan.worthwhile,
    delete: named(plan.delete),
    repack: named(plan.repack),
    waitsFor: plan.open.map(openBackup),
    bytesFreed: sum([...plan.delete, ...plan.repack], ({ bytes }) => bytes) - rewritten,
    bytesUnused: plan.unusedBytes,
    costs: {
      bytesRead: rewritten,
      bytesWritten: rewritten,
      requests: {
        list: pages * 3,
        get: keeper.view.snapshots.length + segments.length + plan.repack.length,
        create: plan.worthwhile ? 6 + Math.ceil(rewritten / (32 * 1024 * 1024)) : 0,
        delete: plan.worthwhile ? deleted + sessions.length : 0,
      },
    },
  };
}

const objectOf = (label: string, id: PackId): string => packName(label, ...(id.split('/') as [string, string]));

/** A session as reports show it. */
export const openBackup = ({ session, lastMs }: SeenSession): OpenBackup => ({
  session,
  lastSeenAt: new Date(lastMs).toISOString(),
});

/** Deletes what erased tenants have left, and goes on with an erasure that was ended before all keys were gone. */
async function pruneErased(context: RunContext, { tenant, signal }: PruneOptions): Promise<TenantPruneResult[]> {
  const { erased = [] } = context.keyring.record;
  if (tenant !== undefined || erased.length === 0) return [];
  await context.keyring.destroyOlder();
  const results: TenantPruneResult[] = [];
  for (const { label, name } of unused(context.keyring.record)) {
    const remains = await findRemains(context, label, signal);
    if (remains.keys.length === 0) continue;
    await deleteRemains(context, label, { remains, signal });
    const packsDeleted = packsAmong(label, remains).length;
    const done = { epoch: 0, packsDeleted, bytesFreed: remains.bytes, bytesWritten: 0, sessionsFenced: 0 };
    results.push({ tenant: name, ...done, waitsFor: [] });
  }
  return results;
}

/** Deletes what no snapshot needs. */
export async function prune(context: RunContext, options: PruneOptions): Promise<PruneResult> {
  const pruning = pruningOf(options);
  const meter = new ProgressMeter('plan', options.onProgress);
  const { store } = context.sealed;
  const tenants: TenantPruneResult[] = [];
  const refusals: BackupError[] = [];
  const { open: wanted, held } = await tenantsOf(context, options);
  for (const open of wanted) {
    try {
      const { waitingFor, ...done } = await withReserve(store, async () => {
        const keeper = keeperOf(context, open, { signal: options.signal, meter, onWait: options.onWait });
        return await pruneTenant(keeper, pruning);
      });
      tenants.push({ tenant: open.tenant.name, ...done, waitsFor: waitingFor.map(openBackup) });
    } catch (error) {
      // Damage of one tenant is no reason to keep the garbage of the others.
      if (!isBackupError(error, 'PRUNE_REFUSED')) throw error;
      refusals.push(error);
    }
  }
  tenants.push(...(await pruneErased(context, options)));
  await keepReserve(store).catch(() => undefined);
  if (refusals[0] !== undefined) throw refusals[0];
  meter.flush();
  const status = tenants.some(({ waitsFor }) => waitsFor.length > 0) ? 'partial' : 'ok';
  const bytesFreed = tenants.reduce((sum, each) => sum + each.bytesFreed, 0);
  context.emit('prune.finished', { status, bytesFreed });
  return { status, tenants, held, durationMs: Math.round(meter.elapsedMs) };
}
