import type { ShortFlag } from '../definition/model.ts';
import { isObject } from '../definition/report.ts';
import type { Draft, Found } from './draft.ts';
import { type Fields, fieldsOf, Inexpressible, listOf, textOf } from './rules.ts';

/** What an old flag may say; the rest would be lost, and might be why somebody does not have the flag. */
const SAID = ['enabled', 'description', 'rollout_percentage', 'target_tenants'];
/** What tables add, and what changes nothing for anybody. */
const ADDED = ['id', 'name', 'created_at', 'updated_at', 'created_by', 'updated_by'];

/**
 * Flags of older systems: `{ enabled, description, rollout_percentage, target_tenants }`, by name, in `flags`, or in a list with a `name`
 * each. Target tenants restrict a flag, and the percentage applies among them; nothing, `null` and an empty list are everybody.
 */
export function legacyFlags(document: Fields): Found {
  const { flags } = document;
  const isWrapped = Array.isArray(flags) || (isObject(flags) && Object.values(flags).every(isObject));
  const found = isWrapped ? flags : document;
  if (!Array.isArray(found))
    return { drafts: Object.entries(fieldsOf(found)).map(([key, flag]) => draftOf(key, flag)) };
  const byName = Map.groupBy(found as readonly unknown[], (flag) => textOf(fieldsOf(flag)['name']));
  return { drafts: [...byName].map(([key, all]) => (all.length === 1 ? draftOf(key, all[0]) : ambiguous(key, all))) };
}

function ambiguous(key: string, { length }: readonly unknown[]): Draft {
  return {
    key,
    make() {
      throw new Inexpressible(`Expected one flag of this name, got ${length}`);
    },
  };
}

function draftOf(key: string, flag: unknown): Draft {
  return { key, make: (note) => flagOf(fieldsOf(flag), note) };
}

function flagOf(fields: Fields, note: (message: string) => void): ShortFlag {
  const { enabled, description, rollout_percentage: share } = fields;
  if (typeof enabled !== 'boolean') throw new Inexpressible('Expected enabled: true or false');
  const unknown = Object.keys(fields).filter((name) => !SAID.includes(name) && !ADDED.includes(name));
  if (unknown.length > 0) throw new Inexpressible(`Expected only ${SAID.join(', ')}, got ${unknown.join(', ')}`);
  const percentage = share as number | null | undefined;
  if (typeof percentage === 'number' && percentage > 0 && percentage < 100)
    note('Who is in its percentage is chosen anew, by the tenant; the older system’s choice is not known');
  const targetTenants = tenantsOf(fields);
  // The percentage and the description are checked with all others.
  return {
    enabled,
    ...(description === undefined || description === null || description === ''
      ? {}
      : { description: description as string }),
    ...(percentage === undefined || percentage === null ? {} : { rollout: { percentage, unit: 'tenant' } }),
    ...(targetTenants.length === 0 ? {} : { targetTenants }),
  };
}

function tenantsOf({ target_tenants: tenants }: Fields): readonly string[] {
  if (tenants !== undefined && tenants !== null && !Array.isArray(tenants))
    throw new Inexpressible('Expected a list of target tenants');
  const names = listOf(tenants).map(textOf);
  if (names.includes('')) throw new Inexpressible('Expected texts or numbers as target tenants');
  return names;
}
