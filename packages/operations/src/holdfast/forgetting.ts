import { type DatedSnapshot, type Repository, retentionItem } from '@x/backup-store';
import { type Decision, planRetention, type RetentionPolicy } from '@x/retention';

/** What {@link planForgetting} goes by. */
export interface ForgettingQuestion {
  /** Of one tenant. */
  readonly snapshots: readonly DatedSnapshot[];
  readonly policy: RetentionPolicy;
  /** Ids of safety snapshots that unfinished restores need, each with that of the restore. */
  readonly neededBy?: ReadonlyMap<string, string> | undefined;
  readonly timeZone: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** What of a tenant stays, and why. Pure. */
function planForgetting({ snapshots, policy, neededBy, timeZone, nowMs }: ForgettingQuestion): readonly Decision[] {
  if (snapshots.length === 0) return [];
  const items = snapshots.map((snapshot) => retentionItem(snapshot, { nowMs, neededBy }));
  return planRetention(items, policy, { now: nowMs, timeZone });
}

/** How {@link forgetByPolicy} goes about it. */
export interface ForgetByPolicyOptions extends Pick<ForgettingQuestion, 'policy' | 'timeZone' | 'nowMs'> {
  readonly tenant: string;
  readonly dryRun?: boolean | undefined;
}

/**
 * Forgets what a policy does not keep of a tenant: nothing under a legal hold, and nothing that an unfinished restore may go back to.
 *
 * @returns Ids of what was, or would be, forgotten; `undefined` under a hold.
 */
export async function forgetByPolicy(
  repository: Pick<Repository, 'tenant' | 'tenants' | 'unfinishedRestores' | 'forget'>,
  { tenant, dryRun = false, ...rules }: ForgetByPolicyOptions,
): Promise<readonly string[] | undefined> {
  if ((await repository.tenants.show(tenant)).hold !== undefined) return undefined;
  const snapshots = await repository.tenant(tenant).timeline();
  const unfinished = await repository.unfinishedRestores({ tenant });
  const neededBy = new Map(
    unfinished.flatMap(({ id, safetySnapshot }) =>
      safetySnapshot === undefined ? [] : [[safetySnapshot, id] as const],
    ),
  );
  const gone = planForgetting({ snapshots, neededBy, ...rules }).flatMap(({ id, keep }) => (keep ? [] : [id]));
  if (gone.length === 0) return [];
  const { forgotten } = await repository.forget({ snapshots: gone, dryRun, whenNeeded: 'keep' });
  return forgotten.map(({ id }) => id);
}
