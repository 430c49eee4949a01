import { isAction, type Resource } from './actions.ts';
import type { AccessReason, Decision, Principal } from './contract.ts';
import { type GivenRole, givenRoles, type Policy, type Rule } from './rules.ts';

/** A rule of a role as somebody has it. */
export interface HeldRule extends Rule {
  readonly role: string;
  /** What the role itself is limited to for them. */
  readonly within: readonly string[] | undefined;
}

/** Name of a principal. */
export const nameOf = (principal: Principal): string => (typeof principal === 'string' ? principal : principal.name);

/** Roles of a principal: those that are configured, and those that the host application vouches for. */
export function rolesOf({ users }: Policy, principal: Principal): readonly GivenRole[] | undefined {
  const configured = users.get(nameOf(principal));
  const brought = typeof principal === 'string' ? undefined : principal.grants;
  if (brought === undefined) return configured;
  return [...(configured ?? []), ...(givenRoles(brought) ?? [{ role: '', tenants: undefined }])];
}

/** Rules of all roles that somebody has. */
export function heldRules({ roles }: Policy, given: readonly GivenRole[]): readonly HeldRule[] {
  return given.flatMap(({ role, tenants: within }) =>
    (roles.get(role) ?? []).map((rule) => ({ ...rule, role, within })),
  );
}

/** Whether a pattern means an action. */
export const matchesAction = (pattern: string, action: string): boolean =>
  pattern === '*' || pattern === action || (pattern.endsWith('.*') && action.startsWith(pattern.slice(0, -1)));

/** Whether a name of a tenant is among names and beginnings of names. */
export const matchesName = (patterns: readonly string[], tenant: string): boolean =>
  patterns.some((each) => (each.endsWith('*') ? tenant.startsWith(each.slice(0, -1)) : each === tenant));

/** Whether a rule is limited to no tenants. */
export const isAboutAll = ({ tenants, within }: HeldRule): boolean => tenants === undefined && within === undefined;

/** Whether a rule speaks of all that is asked for. */
const covers = ({ tenants, within }: HeldRule, tenant: string | undefined): boolean =>
  [tenants, within].every((limit) => limit === undefined || (tenant !== undefined && matchesName(limit, tenant)));

/** Whether a rule speaks of anything that is asked for: all tenants are asked for where none is named. */
const touches = (rule: HeldRule, tenant: string | undefined): boolean => tenant === undefined || covers(rule, tenant);

/** A rule as reasons show it. */
export const reasonOf = ({ role, effect, pattern, tenants, within }: HeldRule): AccessReason => ({
  role,
  permission: effect === 'deny' ? `!${pattern}` : pattern,
  tenants: tenants ?? within,
});

/**
 * Decides what somebody may do: what is denied stays denied, whatever else allows it; what nothing allows is denied. A denial that speaks of one
 * tenant denies what is asked for all.
 */
export function decide(policy: Policy, principal: Principal, { action, resource }: Asked): Decision {
  const asked = { principal: nameOf(principal), action, resource };
  const denied = (why: Decision['why'], rules: readonly HeldRule[] = []): Decision => ({
    ...asked,
    allowed: false,
    why,
    reasons: rules.map(reasonOf),
  });
  if (!isAction(action)) return denied('unknown-action');
  const given = rolesOf(policy, principal);
  if (given === undefined) return denied('unknown-user');
  if (given.some(({ role }) => !policy.roles.has(role))) return denied('unknown-role');
  const rules = heldRules(policy, given).filter(({ pattern }) => matchesAction(pattern, action));
  const denials = rules.filter((rule) => rule.effect === 'deny' && touches(rule, resource.tenant));
  if (denials.length > 0) return denied('denied-by-rule', denials);
  const grants = rules.filter(({ effect }) => effect === 'allow');
  const covering = grants.filter((rule) => covers(rule, resource.tenant));
  if (covering.length > 0) return { ...asked, allowed: true, why: 'allowed', reasons: covering.map(reasonOf) };
  return grants.length > 0 ? denied('other-tenant', grants) : denied('no-permission');
}

/** What is asked for. */
interface Asked {
  readonly action: string;
  readonly resource: Resource;
}
