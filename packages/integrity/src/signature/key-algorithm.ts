import type { KeyObject } from 'node:crypto';
import { isSoundPoint } from './ed25519-point.ts';

/**
 * What a key signs with.
 *
 * - `ed25519` (RFC 8032): the default. Signatures of 64 bytes that need no randomness.
 * - `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521` (FIPS 186-5) with SHA-256, SHA-384 and SHA-512: what OpenSSF model signing and
 *   certificates use.
 */
export type KeyAlgorithm = 'ed25519' | 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521';

/** How an algorithm is called by node:crypto. */
export interface AlgorithmParameters {
  /** The hash that ECDSA signs; Ed25519 has its own. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined;
  readonly curve: string | undefined;
  /** Bytes of a signature as two numbers side by side; DER is a few bytes longer. */
  readonly rawBytes: number;
}

/** The parameters of each algorithm. */
export const KEY_ALGORITHMS: Readonly<Record<KeyAlgorithm, AlgorithmParameters>> = {
  ed25519: { hash: undefined, curve: undefined, rawBytes: 64 },
  'ecdsa-p256': { hash: 'sha256', curve: 'prime256v1', rawBytes: 64 },
  'ecdsa-p384': { hash: 'sha384', curve: 'secp384r1', rawBytes: 96 },
  'ecdsa-p521': { hash: 'sha512', curve: 'secp521r1', rawBytes: 132 },
};

/** The algorithm of a key, or `undefined` for one that this package does not sign with (RSA, other curves, weak keys). */
export function algorithmOf(key: KeyObject): KeyAlgorithm | undefined {
  if (key.asymmetricKeyType === 'ed25519') {
    return key.type === 'private' || isSoundPoint(key) ? 'ed25519' : undefined;
  }
  if (key.asymmetricKeyType !== 'ec') return undefined;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const names = Object.keys(KEY_ALGORITHMS) as KeyAlgorithm[];
  return names.find((name) => curve !== undefined && KEY_ALGORITHMS[name].curve === curve);
}
