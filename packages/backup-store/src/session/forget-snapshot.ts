import { canonicalJson } from '../bytes/canonical-json.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { forgetName } from '../layout/names.ts';
import { forgetSeal } from './commit.ts';

/**
 * Forgets a snapshot: it is gone from every list at once, and what only it needs goes with the next prune. To forget one
 * again changes nothing.
 */
export async function forgetSnapshot(
  sealed: SealedStore,
  tenant: Tenant,
  what: { readonly snapshot: string; readonly at: string; readonly token: string },
): Promise<void> {
  const content = Buffer.from(canonicalJson(what));
  await sealed.create(forgetName(tenant.label, what.snapshot), forgetSeal(tenant), content);
}
