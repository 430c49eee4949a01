import { BackupError } from '../errors.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Tenant } from '../keyring/tenant.ts';

/** Whether a tenant is under a legal hold, by the keyring as it was read last. */
export function isHeld(keyring: Keyring, { name }: Pick<Tenant, 'name'>): boolean {
  return keyring.find(name)?.record.hold !== undefined;
}

/** @throws {BackupError} `TENANT_HELD` when a tenant is under a legal hold. */
export function refuseHeld(keyring: Keyring, { name }: Pick<Tenant, 'name'>, what: string): void {
  const hold = keyring.find(name)?.record.hold;
  if (hold === undefined) return;
  throw new BackupError(
    'TENANT_HELD',
    `Expected to ${what} tenant "${name}", which has been under a legal hold since ${hold.at}`,
    {
      details: [`${hold.by}: ${hold.reason}`],
      hint: 'Nothing was changed. Whoever may do so releases the hold with `holdfast tenant hold --release`.',
    },
  );
}
