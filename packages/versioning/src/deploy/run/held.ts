import { VersioningError } from '../../errors.ts';
import type { DeployLayout } from '../layout/model.ts';
import { demandLayout } from '../layout/plan-layout.ts';
import { acquireDeployLock } from '../lock/deploy-lock.ts';
import type { DeployLockOwner } from '../lock/lock-owner.ts';
import type { DeployIntent } from './intent.ts';
import type { DeployingTools } from './deploying.ts';
import { refused } from './failure.ts';
import type { DeployHistory } from './history.ts';
import type { DeployCallOptions } from './options.ts';
import type { DeployPlan } from './plan.ts';
import { isoNow } from './tools.ts';

/** What is done under the lock, and how it was asked for. */
export interface LockedCall extends DeployCallOptions {
  readonly action: DeployIntent['action'];
}

/** Does something while nobody else does. */
export type Locked = <T>(
  call: LockedCall,
  work: (tools: DeployingTools, signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/** Asks whether somebody may do what they want. */
export type Ask = (action: DeployIntent['action'], version?: string) => Promise<void>;

/** Whatever changes a machine has its lock. */
export function lockOf(layout: DeployLayout, tools: DeployingTools, ask: Ask): Locked {
  const { by, clock } = tools;
  return async ({ action, reason, force = false, signal }, work) => {
    await demandLayout(layout);
    if (force) await ask('force-lock');
    await using lock = await acquireDeployLock(layout, { by, clock, force, signal });
    // Before anything is done with it: whatever comes of that, the lock was taken from somebody.
    if (lock.takeover?.why === 'forced') await noteForced(tools, { owner: lock.takeover.owner, action, reason });
    // The lock is given back when this has ended, not when it has begun.
    return await work(tools, signal === undefined ? lock.lost : AbortSignal.any([signal, lock.lost]));
  };
}

interface Forced extends Pick<LockedCall, 'action' | 'reason'> {
  readonly owner: DeployLockOwner;
}

async function noteForced(tools: DeployingTools, { owner, action, reason }: Forced): Promise<void> {
  const { by, channel, overrides, tell } = tools;
  const from = `${owner.by} on ${owner.host}, process ${owner.pid}`;
  await overrides.write({ kind: 'forced-lock', by, at: isoNow(tools), reason, channel, action, from });
  tell({ kind: 'lock.forced', by, from, reason });
}

/** What was begun is ended first: otherwise nobody would know any more what there is to take back. */
export async function refuseUnfinished(history: DeployHistory): Promise<void> {
  const open = await history.open();
  if (open === undefined) return;
  throw new VersioningError(
    'DEPLOY_UNFINISHED',
    `Expected no deploy that has not ended, got the ${open.kind} of ${open.version}, begun ${open.startedAt} by ${open.by}`,
    { hint: '`holdfast deploy resume` goes on with it, `holdfast deploy resume --undo` takes it back.' },
  );
}

/** Whoever plans and waits may find another release current. @throws {VersioningError} `PLAN_OUTDATED`, `DEPLOY_REFUSED`. */
export async function refuseOutdated(
  { place }: DeployingTools,
  plan: DeployPlan,
  action: 'deploy' | 'rollback',
): Promise<void> {
  if ((plan.kind === 'rollback') !== (action === 'rollback')) {
    const other = plan.kind === 'rollback' ? 'rollbackRelease' : 'deployRelease';
    throw refused(`Expected the plan of a ${action}, got that of a ${plan.kind}`, `Carry it out with ${other}.`);
  }
  const current = await place.current();
  const found = current.kind === 'release' ? current.version : undefined;
  if (found === plan.from) return;
  throw new VersioningError(
    'PLAN_OUTDATED',
    `Expected ${plan.from ?? 'nothing'} to be current, got ${found ?? 'nothing'}`,
    { hint: 'Plan anew.' },
  );
}
