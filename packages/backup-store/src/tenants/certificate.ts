import { createPrivateKey } from 'node:crypto';

import {
  canonicalJson,
  type DsseEnvelope,
  parsePrivateKey,
  type PrivateKey,
  type PublicKey,
  signEnvelope,
  verifyEnvelope,
} from '@x/integrity';

import { BackupError } from '../errors.ts';
import { subkey } from '../keyring/subkeys.ts';
import type { ErasureStatement } from '../repository/erasure-contract.ts';

/** The type of a certificate's payload. */
const ERASURE_TYPE = 'application/vnd.holdfast.erasure+json';

/** What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key that certificates are signed with when no other one is given: it follows from the root key. */
export function certificateKey(rootKey: Uint8Array): PrivateKey {
  const der = Buffer.concat([PKCS8, subkey(rootKey, 'certificate')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return parsePrivateKey(key.export({ format: 'pem', type: 'pkcs8' }).toString());
}

/** Signs what was done. The same statement gives the same certificate. */
export function signErasure(statement: ErasureStatement, privateKey: PrivateKey): DsseEnvelope {
  return signEnvelope(Buffer.from(canonicalJson(statement)), { payloadType: ERASURE_TYPE, privateKey });
}

/**
 * Verifies a certificate of an erasure, offline: nothing of the repository is needed.
 *
 * @param keys Public keys that are trusted for this: the repository's (`tenants.certificateKey`), or the one it was signed with.
 * @returns What it says.
 * @throws {BackupError} `OBJECT_INVALID` when none of the keys has signed it, or it says nothing that this version knows; what
 * `verifyEnvelope` of `@x/integrity` throws for what is no envelope.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { verifyErasure } from '@x/backup-store';
 * import { loadPublicKey } from '@x/integrity';
 *
 * const certificate = readFileSync('property1.erased.json', 'utf8');
 * const { tenant, destinations } = verifyErasure(certificate, [await loadPublicKey('repository.pub')]);
 * for (const { place, status } of destinations) console.log(`${tenant.name} at ${place}: ${status}`);
 * ```
 */
export function verifyErasure(certificate: DsseEnvelope | string, keys: readonly PublicKey[]): ErasureStatement {
  const verified = verifyEnvelope(certificate, { payloadType: ERASURE_TYPE, keys });
  if (!verified.verified)
    throw new BackupError(
      'OBJECT_INVALID',
      `Expected a certificate signed with a key that is trusted, got ${verified.problem}`,
    );
  const statement: unknown = JSON.parse(Buffer.from(verified.payload).toString('utf8'));
  const { version } = (statement ?? {}) as { readonly version?: unknown };
  if (version !== 0)
    throw new BackupError('OBJECT_INVALID', `Expected a certificate of version 0, got version ${String(version)}`, {
      hint: 'Use a newer version of this program.',
    });
  return statement as ErasureStatement;
}
