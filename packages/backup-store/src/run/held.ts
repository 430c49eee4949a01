import { BackupError } from '../errors.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Tenant } from '../keyring/tenant.ts';

/** Whose data it is: a tenant by its id, or all that have a label. */
type Whose = Pick<Tenant, 'id'> | Pick<Tenant, 'label'>;

const heldOf = ({ tenants }: Keyring, whose: Whose): Tenant | undefined =>
  tenants.find(
    (tenant) =>
      tenant.record.hold !== undefined && ('label' in whose ? tenant.label === whose.label : tenant.id === whose.id),
  );

/** Whether somebody is under a legal hold, by the keyring as it was read last. */
export const isHeld = (keyring: Keyring, whose: Whose): boolean => heldOf(keyring, whose) !== undefined;

/** @throws {BackupError} `TENANT_HELD` when somebody is under a legal hold. */
export function refuseHeld(keyring: Keyring, whose: Whose, what: string): void {
  const tenant = heldOf(keyring, whose);
  const hold = tenant?.record.hold;
  if (tenant === undefined || hold === undefined) return;
  throw new BackupError(
    'TENANT_HELD',
    `Expected to ${what} tenant "${tenant.name}", which has been under a legal hold since ${hold.at}`,
    {
      details: [`${hold.by}: ${hold.reason}`],
      hint: 'Nothing was changed. Whoever may do so releases the hold with `holdfast tenant hold --release`.',
    },
  );
}
