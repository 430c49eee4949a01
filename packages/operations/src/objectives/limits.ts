import { OperationsError, shown } from '../errors.ts';
import type { JudgedTenant, ObjectiveLimits, ObjectiveName, ObjectivesPolicy } from './contract.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What is promised where nobody says otherwise, in milliseconds. */
export const USUAL_LIMITS: Readonly<Record<ObjectiveName, number>> = {
  restore: 30 * MINUTE_MS,
  rto: 4 * HOUR_MS,
  'rpo-incremental': DAY_MS,
  'rpo-full': 7 * DAY_MS,
  rollback: 15 * MINUTE_MS,
};

/** The `rto` of critical tenants, where nobody says otherwise. */
const RTO_CRITICAL_MS = HOUR_MS;

const FIELD = {
  restore: 'restoreMs',
  rto: 'rtoMs',
  'rpo-incremental': 'rpoIncrementalMs',
  'rpo-full': 'rpoFullMs',
  rollback: 'rollbackMs',
} as const satisfies Record<ObjectiveName, keyof ObjectiveLimits>;

/** What is promised to a tenant; to all of them without one. In milliseconds. */
export function limitOf(policy: ObjectivesPolicy, objective: ObjectiveName, tenant?: JudgedTenant): number {
  const { tenants = {} } = policy;
  const field = FIELD[objective];
  const own = tenant !== undefined && Object.hasOwn(tenants, tenant.name) ? tenants[tenant.name]?.[field] : undefined;
  if (own !== undefined) return own;
  if (objective === 'rto' && tenant?.critical === true) return policy.rtoCriticalMs ?? RTO_CRITICAL_MS;
  return policy[field] ?? USUAL_LIMITS[objective];
}

/** How old a measurement may be, in milliseconds. */
export const measuredWithin = ({ measuredWithinMs = 182 * DAY_MS }: ObjectivesPolicy): number => measuredWithinMs;

/** @throws {OperationsError} `INVALID_OPTION` */
export function checkObjectives(policy: ObjectivesPolicy): void {
  const limits = [policy, ...Object.values(policy.tenants ?? {})].flatMap((each) =>
    Object.values(FIELD).map((field) => each[field]),
  );
  for (const ms of [...limits, policy.rtoCriticalMs, policy.measuredWithinMs])
    if (ms !== undefined && !(Number.isFinite(ms) && ms > 0))
      throw new OperationsError('INVALID_OPTION', `Expected an objective in milliseconds, got ${shown(ms)}`, {
        hint: 'Name a number above 0.',
      });
}
