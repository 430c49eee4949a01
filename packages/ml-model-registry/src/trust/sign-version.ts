import { type ModelBundle, type ModelResource, parseDigest, type PrivateKey, signModel } from '@x/integrity';
import type { ModelVersion } from '../versions/version.ts';

/** Who signs versions. */
export interface ModelSignOptions {
  /** A key on P-256, P-384 or P-521: tools of OpenSSF model signing know no other. */
  readonly privateKey: PrivateKey;
  /** Certificates in PEM, that of the key first. Without, whoever verifies needs the public key. */
  readonly certificates?: string | Uint8Array | undefined;
}

/** What of a version is signed. */
export type SignedVersion = Pick<ModelVersion, 'model' | 'version' | 'file' | 'digest' | 'members'>;

/** The name that a signature has: it says which version of which model the file is. */
export const signedName = ({ model, version }: Pick<ModelVersion, 'model' | 'version'>): string =>
  `${model}@${version}`;

/** What a signature is about: the file, or each file of a folder by its path. */
export function signedResources({ file, digest, members }: SignedVersion): readonly ModelResource[] {
  const files = members ?? [{ path: file, digest }];
  return files.map((each) => ({ name: each.path, digest: parseDigest(each.digest) }));
}

/**
 * Signs a version as OpenSSF model signing has it: the file with its digest, and the name `model@version`.
 *
 * @throws {IntegrityError} `INVALID_OPTION` for a key of another kind or of another certificate, `INVALID_CERTIFICATE`, `INVALID_BUNDLE` for a name of a file
 * that can't be signed.
 */
export function signVersion(version: SignedVersion, { privateKey, certificates }: ModelSignOptions): ModelBundle {
  return signModel(signedResources(version), { name: signedName(version), privateKey, certificates });
}
