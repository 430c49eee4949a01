import { canonicalJson, digest, type DsseEnvelope, type PrivateKey, signEnvelope, verifyEnvelope } from '@x/integrity';
import { VersioningError } from '../errors.ts';
import { withoutAbsent } from './events.ts';
import type { ReleasePlan } from './plan.ts';

/** Separates seals from everything else that is signed with the same key. */
const PAYLOAD_TYPE = 'application/vnd.holdfast.release-plan.v0+json';

/** Who seals the plan of which run. */
export interface SealOptions {
  readonly run: string;
  readonly privateKey?: PrivateKey | undefined;
}

/** What is signed of a plan: its digest, and the run that it is for. */
async function payloadOf(plan: ReleasePlan, run: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(canonicalJson(withoutAbsent(plan)));
  return new TextEncoder().encode(canonicalJson({ plan: `${await digest(bytes)}`, run }));
}

/** Seals a plan with the key that will sign the release; none where it will not be signed. */
export async function sealPlan(plan: ReleasePlan, { run, privateKey }: SealOptions): Promise<DsseEnvelope | undefined> {
  if (privateKey === undefined || plan.signedBy !== privateKey.keyId) return undefined;
  return signEnvelope(await payloadOf(plan, run), { payloadType: PAYLOAD_TYPE, privateKey });
}

/**
 * Refuses a plan that the key's owner has not made: notes, flags and migrations of it would be signed. The journal lies where others write, too.
 * Without the key nothing is signed, and the step that would says so.
 *
 * @throws {VersioningError} `FOREIGN_PLAN`.
 */
export async function holdSeal(
  plan: ReleasePlan,
  seal: DsseEnvelope | undefined,
  { run, privateKey }: SealOptions,
): Promise<void> {
  // One that another key will sign is not ours to judge; one that nobody will sign would be a release without signature.
  if (privateKey === undefined || (plan.signedBy !== undefined && plan.signedBy !== privateKey.keyId)) return;
  if (plan.signedBy !== undefined && seal !== undefined && (await isSealed(plan, seal, { run, privateKey }))) return;
  throw new VersioningError('FOREIGN_PLAN', 'Expected a plan that the signing key has sealed, got another one', {
    hint: 'It was begun without the key, or somebody else has written to the storage. Undo the release with `holdfast release resume --undo`, and begin again.',
  });
}

async function isSealed(
  plan: ReleasePlan,
  seal: DsseEnvelope,
  { run, privateKey }: { readonly run: string; readonly privateKey: PrivateKey },
): Promise<boolean> {
  try {
    const found = verifyEnvelope(seal, { payloadType: PAYLOAD_TYPE, keys: [privateKey.publicKey] });
    return found.verified && Buffer.compare(found.payload, await payloadOf(plan, run)) === 0;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'INVALID_ENVELOPE') return false;
    throw error;
  }
}
