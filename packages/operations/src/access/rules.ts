import { OperationsError, shown } from '../errors.ts';
import { ACTIONS, isAction } from './actions.ts';
import type { Grant, Permission, Roles, Users } from './contract.ts';
import { BUILT_IN } from './roles.ts';

/** One permission, in one form. */
export interface Rule {
  readonly effect: 'allow' | 'deny';
  /** `*`, `noun.*` or an action. */
  readonly pattern: string;
  /** `undefined`: all, and what belongs to nobody alone. */
  readonly tenants: readonly string[] | undefined;
}

/** A role of somebody, in one form. */
export interface GivenRole {
  readonly role: string;
  readonly tenants: readonly string[] | undefined;
}

/** Roles and users that are known to be sound. */
export interface Policy {
  readonly roles: ReadonlyMap<string, readonly Rule[]>;
  readonly users: ReadonlyMap<string, readonly GivenRole[]>;
}

const NAME = /^[a-z][a-z0-9-]{0,63}$/;
const MOST = 10_000;
const NOUNS = new Set(Object.keys(ACTIONS).map((action) => action.split('.')[0]));

/**
 * Checks roles and users. Nothing of a policy with a mistake counts: half of it might allow what the other half denies.
 *
 * @throws {OperationsError} `INVALID_ACCESS`
 */
export function checkPolicy(roles: Roles = {}, users: Users = {}): Policy {
  if (!isRecord(roles)) throw invalid('roles', 'an object of lists of permissions', roles);
  if (!isRecord(users)) throw invalid('users', 'an object of roles by names of users', users);
  const rules = new Map(Object.entries(BUILT_IN).map(([name, list]) => [name, rulesOf(name, list)]));
  for (const [name, list] of Object.entries(roles)) {
    if (rules.has(name)) throw invalid(`roles.${name}`, 'a name of your own', name, `"${name}" means always the same.`);
    if (!NAME.test(name)) throw invalid('roles', 'names of small letters, digits and "-"', name);
    rules.set(name, rulesOf(name, list));
  }
  if (Object.keys(users).length > MOST) throw invalid('users', `at most ${MOST}`, Object.keys(users).length);
  const given = new Map<string, readonly GivenRole[]>();
  for (const [name, grants] of Object.entries(users)) {
    if (name.trim() === '' || /\p{Cc}/u.test(name)) throw invalid('users', 'names on one line', name);
    given.set(name, checkGrants(grants, rules, `users.${name}`));
  }
  return { roles: rules, users: given };
}

/** @throws {OperationsError} `INVALID_ACCESS` */
function checkGrants(
  grants: Grant | readonly Grant[],
  roles: ReadonlyMap<string, unknown>,
  at: string,
): readonly GivenRole[] {
  const given = givenRoles(grants);
  if (given === undefined)
    throw invalid(at, 'a role or a list of roles, as {"role": "operator", "tenants": ["a"]}', grants);
  for (const { role, tenants } of given) {
    if (!roles.has(role)) throw invalid(at, `one of the roles ${[...roles.keys()].join(', ')}`, role);
    checkTenants(tenants, at);
  }
  return given;
}

/** Roles of somebody in one form; `undefined` for what is none. */
export function givenRoles(grants: Grant | readonly Grant[]): readonly GivenRole[] | undefined {
  const list: unknown[] = Array.isArray(grants) ? grants : [grants];
  const given: GivenRole[] = [];
  for (const grant of list) {
    if (typeof grant === 'string') given.push({ role: grant, tenants: undefined });
    else if (isRecord(grant) && typeof grant['role'] === 'string' && areTexts(grant['tenants']))
      given.push({ role: grant['role'], tenants: grant['tenants'] });
    else return undefined;
  }
  return given;
}

function rulesOf(role: string, list: unknown): readonly Rule[] {
  const at = `roles.${role}`;
  if (!Array.isArray(list)) throw invalid(at, 'a list of permissions', list);
  return (list as readonly unknown[]).flatMap((permission) => rulesOfOne(permission as Permission, at));
}

function rulesOfOne(permission: Permission, at: string): readonly Rule[] {
  if (typeof permission === 'string') {
    const isDenial = permission.startsWith('!');
    const pattern = checkPattern(isDenial ? permission.slice(1) : permission, at);
    return [{ effect: isDenial ? 'deny' : 'allow', pattern, tenants: undefined }];
  }
  if (!isRecord(permission)) throw invalid(at, 'a permission, as "backup.*"', permission);
  const { allow = [], deny = [], tenants, ...other } = permission;
  const [unknown] = Object.keys(other);
  if (unknown !== undefined) throw invalid(at, 'allow, deny and tenants', unknown);
  if (!areTexts(allow) || !areTexts(deny) || !areTexts(tenants))
    throw invalid(at, 'lists of texts in allow, deny and tenants', permission);
  checkTenants(tenants, at);
  const rules = (effect: Rule['effect'], patterns: readonly string[]): Rule[] =>
    patterns.map((pattern) => ({ effect, pattern: checkPattern(pattern, at), tenants }));
  return [...rules('allow', allow), ...rules('deny', deny)];
}

/** What names no action is a mistake: a denial with a typing error would deny nothing. */
function checkPattern(pattern: string, at: string): string {
  const [noun, verb] = pattern.split('.');
  if (pattern === '*' || isAction(pattern)) return pattern;
  if (verb === '*' && NOUNS.has(noun ?? '') && pattern === `${noun}.*`) return pattern;
  throw invalid(
    at,
    'an action, all of a noun ("backup.*") or "*"',
    pattern,
    '`ACTIONS` has them all, and so has `holdfast access show -v`.',
  );
}

function checkTenants(tenants: readonly string[] | undefined, at: string): void {
  if (tenants === undefined) return;
  if (tenants.length === 0) throw invalid(at, 'at least one tenant, or no "tenants" for all', 'none');
  for (const tenant of tenants)
    if (tenant === '' || tenant.slice(0, -1).includes('*'))
      throw invalid(at, 'names of tenants, or beginnings as "hotel-*"', tenant);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areTexts = (value: unknown): value is readonly string[] | undefined =>
  value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string'));

function invalid(at: string, expected: string, found: unknown, hint?: string): OperationsError {
  return new OperationsError('INVALID_ACCESS', `Expected ${expected} in ${at}, got ${shown(found)}`, {
    hint: hint ?? 'Nothing is allowed until it is set right.',
  });
}
