import { OperationsError, shown } from '../errors.ts';
import type { Resource } from './actions.ts';
import type { Decision } from './contract.ts';

/** What is asked for, in words: `of tenant "a"`, `of all tenants`. */
function ofWhat({ tenant, name }: Resource): string {
  const whose = tenant === undefined ? 'all tenants' : `tenant ${shown(tenant)}`;
  return name === undefined ? `for ${whose}` : `on ${shown(name)}, for ${whose}`;
}

/** Why, in words. */
export function whyDenied({ why, principal, action, reasons }: Decision): string {
  const rules = reasons.map(({ role, permission }) => `${role} (${permission})`).join(', ');
  if (why === 'denied-by-rule') return `it is denied by ${rules}`;
  if (why === 'other-tenant') {
    const tenants = [...new Set(reasons.flatMap(({ tenants: named = [] }) => named))].join(', ');
    return `${rules} allows it for ${tenants} only`;
  }
  if (why === 'unknown-user') return `nothing is said of a user ${shown(principal)}`;
  if (why === 'unknown-role') return 'one of their roles is not there';
  if (why === 'unknown-action') return `there is no action ${shown(action)}`;
  return 'none of their roles has it';
}

const HINTS: Readonly<Record<Decision['why'], string>> = {
  allowed: '',
  'denied-by-rule':
    'A denial beats everything that allows it: whoever manages access takes it away, or does it themselves.',
  'no-permission': 'Ask whoever manages access for a role that has it.',
  'other-tenant': 'Name one of these tenants, or ask whoever manages access.',
  'unknown-user': 'Ask whoever manages access to add this user.',
  'unknown-role': 'Whoever manages access sets the name of the role right.',
  'unknown-action': 'Nobody may do what is not in the list of actions.',
};

/** The error of a denial. */
export function deniedError(decision: Decision): OperationsError {
  const { principal, action, resource, why } = decision;
  return new OperationsError(
    'ACCESS_DENIED',
    `Expected somebody who may ${action} ${ofWhat(resource)}, got ${shown(principal)}: ${whyDenied(decision)}`,
    { hint: `Nothing was done. ${HINTS[why]}` },
  );
}

/** The error of what would be allowed, if only it could be written down. */
export function unrecordedError({ principal, action, resource }: Decision, cause: unknown): OperationsError {
  return new OperationsError(
    'ACCESS_DENIED',
    `Expected to write down that ${shown(principal)} wants to ${action} ${ofWhat(resource)}, got a book that can't be written`,
    {
      cause,
      hint: 'Nothing was done: what nobody can see later does not happen. Set the log of accesses right, and try again.',
    },
  );
}
