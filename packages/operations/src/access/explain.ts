import { ACTIONS, type Action } from './actions.ts';
import type { Explanation, Principal } from './contract.ts';
import {
  decide,
  type HeldRule,
  heldRules,
  isAboutAll,
  matchesAction,
  matchesName,
  nameOf,
  reasonOf,
  rolesOf,
} from './decide.ts';
import type { Policy } from './rules.ts';

/** All that somebody may do, and why. */
export function explain(policy: Policy, principal: Principal): Explanation {
  const given = rolesOf(policy, principal) ?? [];
  const isSound = given.every(({ role }) => policy.roles.has(role));
  const rules = isSound ? heldRules(policy, given) : [];
  const actions = (Object.keys(ACTIONS) as Action[]).map((action) => {
    const { reasons } = decide(policy, principal, { action, resource: {} });
    const said = rules.filter(({ pattern }) => matchesAction(pattern, action));
    return { action, ...extentOf(said), reasons: reasons.length > 0 ? reasons : said.map(reasonOf) };
  });
  return { principal: nameOf(principal), grants: given, actions };
}

type Extent = Pick<Explanation['actions'][number], 'allowed' | 'tenants' | 'except'>;

/** For whom rules that speak of one action allow it. */
function extentOf(rules: readonly HeldRule[]): Extent {
  const denials = rules.filter(({ effect }) => effect === 'deny');
  const grants = rules.filter(({ effect }) => effect === 'allow');
  if (grants.length === 0 || denials.some(isAboutAll)) return { allowed: 'none', tenants: [], except: [] };
  const except = [...new Set(denials.flatMap(limitsOf))];
  if (grants.some(isAboutAll))
    return except.length === 0 ? { allowed: 'all', tenants: [], except } : { allowed: 'some', tenants: ['*'], except };
  const tenants = [...new Set(grants.flatMap(limitsOf))].filter((tenant) => !matchesName(except, tenant));
  return { allowed: tenants.length === 0 ? 'none' : 'some', tenants, except };
}

/** The tenants that a rule is limited to, by itself and by the role that has it. */
function limitsOf({ tenants, within }: HeldRule): readonly string[] {
  if (tenants === undefined || within === undefined) return tenants ?? within ?? [];
  const inner = tenants.filter((each) => matchesName(within, each));
  return [...inner, ...within.filter((each) => matchesName(tenants, each))];
}
