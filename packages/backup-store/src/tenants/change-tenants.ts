import { setTimeout } from 'node:timers/promises';

import { BackupError } from '../errors.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { KeyringRecord } from '../keyring/keyring-record.ts';
import { tenantMissing } from '../keyring/tenant-missing.ts';
import { wantedName } from '../keyring/tenant-name.ts';
import { tenantId, type TenantRecord } from '../keyring/tenant.ts';
import { upTo } from '../run/random.ts';

const MAX_RACES = 50;
/** Longest pause after a lost race, in milliseconds. */
const MAX_PAUSE = 50;

/** The keyring, and how to read it anew: compared with what this machine has seen of it. */
export interface TenantKeyring {
  readonly keyring: Keyring;
  load(): Promise<void>;
}

/**
 * Changes what the keyring says of tenants. Of all who change it at the same time one wins each number, and the others decide anew.
 *
 * @param decide Called with what is in force; `undefined`: nothing is to be changed.
 * @returns The record in force.
 * @throws {BackupError} `KEYS_BUSY`; what `decide` throws.
 */
export async function changeTenants(
  keys: TenantKeyring,
  decide: (record: KeyringRecord) => KeyringRecord | undefined,
): Promise<KeyringRecord> {
  for (let race = 0; race < MAX_RACES; race++) {
    await keys.load();
    const { number, record } = keys.keyring;
    const next = decide(record);
    if (next === undefined) return record;
    if (await keys.keyring.replace(next, { number })) return next;
    await setTimeout(upTo(MAX_PAUSE));
  }
  throw new BackupError('KEYS_BUSY', `Expected to change tenants, lost ${MAX_RACES} races`, {
    hint: 'Somebody else changes keys or tenants all the time. Try again.',
  });
}

/** The tenant of this name, to be used or changed. @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_ERASED`. */
export function tenantIn(record: KeyringRecord, name: string): TenantRecord {
  const found = record.tenants.find((each) => each.name === wantedName(name) && each.erasing === undefined);
  if (found === undefined) throw tenantMissing(record, name);
  return found;
}

/** The record with another entry for one tenant. */
export function withTenant(record: KeyringRecord, changed: TenantRecord): KeyringRecord {
  return { ...record, tenants: record.tenants.map((each) => (tenantId(each) === tenantId(changed) ? changed : each)) };
}
