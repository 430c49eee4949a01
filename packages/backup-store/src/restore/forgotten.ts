import { BackupError } from '../errors.ts';
import type { OpenTenant } from '../run/context.ts';

/** The error of a snapshot that is no longer among those of its tenant; `undefined` when it is. */
export function forgottenError(tenant: OpenTenant, snapshot: string): BackupError | undefined {
  if (tenant.view.snapshots.some(({ record }) => record.id === snapshot)) return undefined;
  return new BackupError(
    'SNAPSHOT_FORGOTTEN',
    `Expected snapshot ${snapshot.slice(0, 8)} to be kept while it is restored, it was forgotten and its data removed`,
    { hint: 'Restore another snapshot: `holdfast backup list` shows those that are kept.' },
  );
}
