import { canonicalJson } from '../bytes/canonical-json.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { isBackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { forgetName } from '../layout/names.ts';
import type { SnapshotCheck, SnapshotFacts } from '../snapshots/facts.ts';
import { forgetSeal } from './commit.ts';

/** What a marker says. */
export interface ForgetMarker {
  readonly snapshot: string;
  /** ISO 8601. */
  readonly at: string;
  readonly token: string;
  /** What stays known of the snapshot. Absent for one that could not be read. */
  readonly facts?: SnapshotFacts | undefined;
  readonly checks?: readonly SnapshotCheck[] | undefined;
}

/**
 * Forgets a snapshot: it is gone from every list at once, and what only it needs goes with the next prune. To forget one
 * again changes nothing.
 */
export async function forgetSnapshot(sealed: SealedStore, tenant: Tenant, what: ForgetMarker): Promise<void> {
  const content = Buffer.from(canonicalJson(what));
  const name = forgetName(tenant.label, what.snapshot);
  if ((await sealed.create(name, forgetSeal(tenant), content)) !== undefined) return;
  try {
    await sealed.read(name, forgetSeal(tenant));
  } catch (error) {
    if (!isBackupError(error) || error.code === 'OBJECT_MISSING') throw error;
    // A damaged marker forgets nothing.
    await sealed.store.delete(name);
    await sealed.create(name, forgetSeal(tenant), content);
  }
}
