import { randomId } from '../layout/names.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { ForgetOptions, ForgetResult } from '../repository/contract.ts';
import { refuseHeld } from '../run/held.ts';
import type { RunContext, OpenTenant } from '../run/context.ts';
import { missingSnapshots } from '../session/chain.ts';
import { type ForgetMarker, forgetSnapshot } from '../session/forget-snapshot.ts';
import { SnapshotChecks } from './checks.ts';
import { factsOf } from './facts.ts';
import { resolveSnapshot, type TenantSnapshot } from './resolve.ts';

/** Something to be forgotten: a snapshot, or the id of one that is gone. */
type Target = { readonly tenant: OpenTenant; readonly id: string; readonly found?: TenantSnapshot | undefined };

/** What there is. */
export interface SnapshotsToForget {
  readonly all: readonly TenantSnapshot[];
  /** Ids of safety snapshots, each with that of the restore that is not finished and needs it. */
  readonly needed: ReadonlyMap<string, string>;
}

/** Forgets snapshots: all of those asked for are looked up first. */
export async function forget(
  context: RunContext,
  { all, needed }: SnapshotsToForget,
  options: ForgetOptions,
): Promise<ForgetResult> {
  if (options.snapshots.length === 0)
    throw new BackupError('INVALID_OPTION', 'Expected at least one snapshot to forget, got none', {
      hint: 'Name snapshots by their ids; `backup list` shows them.',
    });
  const targets = new Map<string, Target>();
  for (const reference of options.snapshots) {
    const target = targetOf(context, all, { reference, options });
    targets.set(target.id, target);
  }
  const isNeeded = ({ id }: Target): boolean => needed.has(id);
  const wanted = [...targets.values()];
  if (options.whenNeeded !== 'keep') refuseNeeded(wanted.filter(isNeeded), needed);
  const list = wanted.filter((each) => !isNeeded(each));
  const what = 'forget snapshots of';
  for (const { tenant, found } of list) refuseHeld(context.keyring, found?.record.tenant ?? tenant.tenant, what);
  if (options.dryRun !== true) {
    const at = new Date(context.clock()).toISOString();
    for (const { tenant, id, found } of list) {
      const marker = { snapshot: id, at, token: randomId(16), ...(await known(context, found)) };
      await forgetSnapshot(context.sealed, tenant.tenant, marker);
      const { name } = found?.record.tenant ?? tenant.tenant;
      context.emit('snapshot.forgotten', { snapshot: id, tenant: name });
    }
  }
  return {
    forgotten: list.flatMap(({ found }) => found?.record ?? []),
    givenUp: list.filter(({ found }) => found === undefined).map(({ id }) => id),
    kept: wanted.filter(isNeeded).map(({ id }) => ({ id, restore: needed.get(id) ?? '' })),
  };
}

/** @throws {BackupError} `SNAPSHOT_IN_USE`. */
function refuseNeeded(used: readonly Target[], needed: ReadonlyMap<string, string>): void {
  if (used.length === 0) return;
  throw new BackupError(
    'SNAPSHOT_IN_USE',
    `Expected snapshots that no unfinished restore needs, got ${used.map(({ id }) => id.slice(0, 8)).join(', ')}`,
    {
      details: used.map(({ id }) => `${id}: the restore ${needed.get(id)} goes back to it`),
      hint: 'Nothing was forgotten. Go back behind the restore, or finish it by restoring again.',
    },
  );
}

/** What stays known of a snapshot. */
async function known(
  context: RunContext,
  found: TenantSnapshot | undefined,
): Promise<Pick<ForgetMarker, 'facts' | 'checks'>> {
  if (found === undefined) return {};
  const checks = await SnapshotChecks.read(context, found.tenant.tenant);
  return { facts: factsOf(found.record, found.madeMs), checks: checks.of(found.record.id) };
}

function targetOf(
  context: RunContext,
  all: readonly TenantSnapshot[],
  { reference, options }: { reference: string; options: ForgetOptions },
): Target {
  try {
    const found = resolveSnapshot(all, reference, options.filter);
    return { tenant: found.tenant, id: found.record.id, found };
  } catch (error) {
    if (!isBackupError(error, 'SNAPSHOT_NOT_FOUND')) throw error;
    const { tenant: only } = options.filter ?? {};
    const label = only === undefined ? undefined : context.keyring.find(only)?.label;
    const tenants = context.tenants().filter((each) => only === undefined || each.tenant.label === label);
    const tenant = tenants.find((each) => isGone(context, each, reference));
    if (tenant === undefined) throw error;
    return { tenant, id: reference };
  }
}

/** Whether this snapshot was taken away, or its commit can't be read. */
function isGone(context: RunContext, { tenant, view }: OpenTenant, id: string): boolean {
  const unreadable = view.damaged.some(
    ({ object }) => object?.endsWith(`/${id}`) === true && object.startsWith('commits/'),
  );
  return unreadable || missingSnapshots(view, context.seen(tenant.label)).includes(id);
}
