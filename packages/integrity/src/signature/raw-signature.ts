import { sign, verify } from 'node:crypto';
import type { PrivateKey, PublicKey } from './key.ts';
import { KEY_ALGORITHMS } from './key-algorithm.ts';

/** Longest signature of any supported key: DER of two numbers of 66 bytes, with room. */
export const MAX_SIGNATURE_BYTES = 160;

/** Signs `message` as it is. ECDSA signatures are in DER (RFC 3279 section 2.2.3). Callers separate domains with PAE. */
export function signMessage(message: Uint8Array, { key, algorithm }: PrivateKey): Buffer {
  return sign(KEY_ALGORITHMS[algorithm].hash ?? null, message, { key, dsaEncoding: 'der' });
}

/** How {@link checkMessage} reads an ECDSA signature. */
export interface CheckOptions {
  /** Takes the two numbers side by side (IEEE P1363) beside DER, as DSSE's own test vector has it. Default `false`. */
  readonly allowRaw?: boolean;
  /** Another hash than the curve's own, for ECDSA. */
  readonly hash?: 'sha256';
}

/** Whether `signature` was made over `message` with the private half of a key. `false` for any garbage. */
export function checkMessage(
  message: Uint8Array,
  signature: Uint8Array,
  { key, algorithm }: Pick<PublicKey, 'key' | 'algorithm'>,
  options: CheckOptions = {},
): boolean {
  const { hash: own, rawBytes } = KEY_ALGORITHMS[algorithm];
  const hash = own && (options.hash ?? own);
  if (hash === undefined) return signature.length === rawBytes && verify(null, message, key, signature);
  if (verify(hash, message, { key, dsaEncoding: 'der' }, signature)) return true;
  const raw = options.allowRaw === true && signature.length === rawBytes;
  return raw && verify(hash, message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
