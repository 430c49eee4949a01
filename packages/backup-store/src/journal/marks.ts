import { createHmac } from 'node:crypto';

import type { Tenant } from '../keyring/tenant.ts';
import type { ErasedRecords } from '../repository/journal-contract.ts';
import type { StoredEntry } from './entry.ts';

const MARK_DIGITS = 32;

/**
 * What stands for a record in the journal: the first half of HMAC-SHA-256 of module, a zero byte and id, with a key of the tenant that
 * no rotation changes. Who can read the journal learns no id from it, and can only ask whether one that he knows is in it.
 */
export function markOf(tenant: Tenant, module: string, id: string): string {
  const mac = createHmac('sha256', tenant.subkey('erased'));
  return mac.update(`${module}\0${id}`).digest('hex').slice(0, MARK_DIGITS);
}

/** Marks of all entries. */
export function marksOf(entries: readonly StoredEntry[]): Set<string> {
  return new Set(entries.flatMap((entry) => (entry.type === 'erased' ? entry.marks : [])));
}

/** Tells which records were erased, by these marks. */
export function erasedRecords(tenant: Tenant, marks: ReadonlySet<string>): ErasedRecords {
  return {
    count: marks.size,
    // Most tenants have none, and then no digest is worth its time.
    has: (module, id) => marks.size > 0 && marks.has(markOf(tenant, module, id)),
  };
}
