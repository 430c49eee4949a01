import { type ModelSigner, type ModelTrust, verifyModel } from '@x/integrity';
import { ModelError } from '../errors.ts';
import type { ModelVersion } from '../versions/version.ts';
import { signedName, signedResources } from './sign-version.ts';
import type { StoredSignature, VersionTrust } from './trust-state.ts';

/** Who has signed a version, if that is believed. */
export interface VersionVerification {
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  /** Whether a signature of somebody who is trusted is about this version. */
  readonly verified: boolean;
  /** How many signatures there are. */
  readonly signatures: number;
  /** Id of the key that has signed, or SHA-256 of its certificate. */
  readonly signer?: string | undefined;
  readonly method?: ModelSigner['method'] | undefined;
  /** When it was written down, in milliseconds since 1970, and by whom: the history says so, not the signature. */
  readonly signedAt?: number | undefined;
  readonly signedBy?: string | undefined;
  /** Why it is not believed, in a sentence. */
  readonly problem?: string | undefined;
}

/**
 * Looks whether somebody who is trusted has signed a version: its file, its digest and its name. Says nothing of the content: `restore` compares that.
 *
 * @throws {IntegrityError} `INVALID_OPTION` for nobody to trust, `INVALID_CERTIFICATE` for roots.
 */
export function verifyVersion(version: ModelVersion, known: VersionTrust, trust: ModelTrust): VersionVerification {
  const { signatures } = known;
  const base = {
    model: version.model,
    version: version.version,
    digest: version.digest,
    signatures: signatures.length,
  };
  const tried = signatures.map((signature) => judged(version, signature, trust));
  const counts = tried.find(({ problem }) => problem === undefined);
  if (counts !== undefined) return { ...base, ...counts, verified: true };
  return { ...base, verified: false, problem: tried.at(-1)?.problem ?? 'it is not signed' };
}

/**
 * The same, as a demand.
 *
 * @throws {ModelError} `NOT_SIGNED`, `BAD_SIGNATURE`.
 */
export function demandSigned(version: ModelVersion, known: VersionTrust, trust: ModelTrust): void {
  const { verified, problem, signatures } = verifyVersion(version, known, trust);
  if (verified) return;
  const name = signedName(version);
  if (signatures === 0) {
    throw new ModelError('NOT_SIGNED', `Expected ${name} signed by somebody who is trusted, got no signature`, {
      hint: 'Nothing was written. Whoever vouches for it signs it; or restore without trusted keys.',
    });
  }
  throw new ModelError('BAD_SIGNATURE', `Expected ${name} signed by somebody who is trusted, but ${problem}`, {
    hint: 'Nothing was written. Do not load it before it is known who has signed it, and why it does not count.',
  });
}

type Judged = Pick<VersionVerification, 'signer' | 'method' | 'signedAt' | 'signedBy' | 'problem'>;

function judged(version: ModelVersion, { bundle, at, by }: StoredSignature, trust: ModelTrust): Judged {
  const resources = signedResources(version);
  try {
    const { verified, problem, model, signer } = verifyModel(bundle, { ...trust, resources });
    if (!verified || signer === undefined) return { problem: said[problem ?? ''] ?? `its signature says ${problem}` };
    if (model?.name !== signedName(version)) return { problem: `its signature is of ${JSON.stringify(model?.name)}` };
    const id = signer.method === 'key' ? signer.keyId : signer.certificate.fingerprint256;
    return { signer: id, method: signer.method, signedAt: at, signedBy: by };
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    if (code === 'INVALID_BUNDLE' || code === 'UNSUPPORTED_BUNDLE' || code === 'INVALID_STATEMENT')
      return { problem: message };
    throw error;
  }
}

const said: Readonly<Record<string, string>> = {
  'unknown-key': 'a key has signed it that is not trusted',
  'bad-signature': 'the key that is named has not signed it',
  'revoked-key': 'the key that has signed it was revoked',
  'key-not-yet-valid': 'the key that has signed it is not valid yet',
  'key-no-longer-valid': 'the key that has signed it is no longer valid',
  'other-resources': 'its signature is of another file',
};
