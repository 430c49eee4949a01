import { BackupError } from '../errors.ts';
import type { KeyringRecord } from './keyring-record.ts';
import { wantedName } from './tenant-name.ts';

/** Most names that a hint lists. */
const MAX_NAMES = 8;

/** Why there is no tenant of this name: `TENANT_ERASED`, or `TENANT_NOT_FOUND`. */
export function tenantMissing({ tenants, erased = [] }: KeyringRecord, wanted: string): BackupError {
  const name = wantedName(wanted);
  const isErasing = tenants.some((each) => each.name === name && each.erasing !== undefined);
  const found = erased.find((each) => each.name === name);
  if (isErasing || found !== undefined) {
    const what = isErasing ? 'is being erased' : `was erased at ${found?.at}`;
    return new BackupError('TENANT_ERASED', `Expected a tenant that is there, got "${name}", which ${what}`, {
      hint: isErasing
        ? 'Erase it again to go on with what was begun.'
        : 'Nothing of it can be read. A new tenant of this name has to be added by `holdfast tenant add`.',
    });
  }
  const names = tenants.flatMap((each) => (each.erasing === undefined ? [each.name] : []));
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return new BackupError('TENANT_NOT_FOUND', `Expected a tenant of this repository, got "${name}"`, {
    hint: `It has ${names.slice(0, MAX_NAMES).join(', ')}${more}. Add another one with \`holdfast tenant add\`.`,
  });
}
