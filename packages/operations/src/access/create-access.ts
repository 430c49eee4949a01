import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { OperationsError } from '../errors.ts';
import type { OperationEvent } from '../events/contract.ts';
import { ACTIONS, type Action, type Resource } from './actions.ts';
import type { Access, AccessOptions, Decision, Principal } from './contract.ts';
import { decide } from './decide.ts';
import { deniedError, unrecordedError } from './denied.ts';
import { explain } from './explain.ts';
import { checkPolicy } from './rules.ts';

/**
 * Makes what decides who may do what, and writes each answer to a book, denials too. Without users only principals whom the host application
 * itself calls `master` may do anything.
 *
 * @throws {OperationsError} `INVALID_ACCESS`: nothing is allowed by rules of which some are wrong.
 *
 * @example
 * ```ts
 * import { createAccess } from '@x/operations/access';
 *
 * const access = createAccess({
 *   roles: { 'night-shift': ['backup.create', 'backup.list', '!backup.forget'] },
 *   users: { ann: 'master', ben: { role: 'operator', tenants: ['hotel-*'] }, eve: ['auditor', 'night-shift'] },
 * });
 * console.log(access.can('ben', 'backup.restore', { tenant: 'hotel-rio' }), access.can('eve', 'backup.forget'));
 * ```
 */
export function createAccess(options: AccessOptions = {}): Access {
  const policy = checkPolicy(options.roles, options.users);
  const { unrecorded = 'deny-changes' } = options;
  if (!['deny-changes', 'deny', 'allow'].includes(unrecorded))
    throw new OperationsError('INVALID_ACCESS', 'Expected "deny-changes", "deny" or "allow" in unrecorded');
  const judge = (principal: Principal, action: string, resource: Resource = {}): Decision =>
    decide(policy, principal, { action, resource });
  return {
    decide: judge,
    can: (principal, action, resource) => judge(principal, action, resource).allowed,
    explain: (principal) => explain(policy, principal),
    users: [...policy.users.keys()],
    authorize: async (principal, action, resource = {}) => {
      const decision = judge(principal, action, resource);
      const problem = await record(options, decision);
      if (!decision.allowed) throw deniedError(decision);
      if (problem === undefined || unrecorded === 'allow') return;
      if (unrecorded === 'deny' || kindOf(action) === 'change') throw unrecordedError(decision, problem.cause);
    },
  };
}

const kindOf = (action: Action): string => ACTIONS[action];

/** Writes a decision to the book. @returns What went wrong. */
async function record(
  { book, clock = () => systemClock.now(), host = hostname(), onUnrecorded }: AccessOptions,
  decision: Decision,
): Promise<{ readonly cause: unknown } | undefined> {
  try {
    await book?.append(eventOf(decision, new Date(clock()).toISOString(), host));
    return undefined;
  } catch (cause) {
    onUnrecorded?.(cause);
    return { cause };
  }
}

function eventOf(
  { allowed, principal, action, resource, why, reasons }: Decision,
  at: string,
  host: string,
): OperationEvent {
  return {
    at,
    name: allowed ? 'access.granted' : 'access.denied',
    level: allowed ? 'info' : 'warn',
    tenant: resource.tenant,
    principal,
    host,
    details: {
      action,
      ...(resource.name === undefined ? {} : { resource: resource.name }),
      ...(allowed ? {} : { why }),
      by: reasons.map(({ role, permission }) => `${role}: ${permission}`),
    },
  };
}
