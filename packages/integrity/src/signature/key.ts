import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { IntegrityError } from '../errors.ts';
import { algorithmOf, KEY_ALGORITHMS, type KeyAlgorithm } from './key-algorithm.ts';

/** A key that checks signatures. It is no secret. */
export interface PublicKey {
  /** SHA-256 of the key's SubjectPublicKeyInfo in DER (RFC 5280 section 4.1), in lowercase hexadecimal: 64 characters. */
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo in PEM (RFC 7468 section 13), with a line feed at the end. */
  readonly pem: string;
  /** For node:crypto. */
  readonly key: KeyObject;
}

/**
 * A key that signs. Its bytes stay inside node:crypto: they show in no message, no log and no JSON of this object. To
 * store it, use `savePrivateKey`.
 */
export interface PrivateKey {
  /** The same as its public key's. */
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: PublicKey;
  /** For node:crypto. */
  readonly key: KeyObject;
}

/** What `generateKeyPair` makes. */
export interface KeyPair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

/** Options of `generateKeyPair`. */
export interface KeyPairOptions {
  /** Default `ed25519`. OpenSSF model signing needs one of the `ecdsa-` algorithms. */
  readonly algorithm?: KeyAlgorithm | undefined;
}

/**
 * Makes a new key pair from the system's randomness.
 *
 * @throws {IntegrityError} `INVALID_OPTION` for an algorithm that is not a {@link KeyAlgorithm}.
 * @example
 * ```ts
 * import { generateKeyPair, savePrivateKey, savePublicKey } from '@x/integrity';
 *
 * const { privateKey, publicKey } = generateKeyPair();
 * await savePrivateKey('release.key', privateKey, { passphrase: process.env['RELEASE_PASSPHRASE'] });
 * await savePublicKey('release.pub', publicKey);
 * ```
 */
export function generateKeyPair(options: KeyPairOptions = {}): KeyPair {
  const algorithm = options.algorithm ?? 'ed25519';
  if (!Object.hasOwn(KEY_ALGORITHMS, algorithm)) {
    const known = Object.keys(KEY_ALGORITHMS).join(', ');
    throw new IntegrityError('INVALID_OPTION', `Expected one of ${known} as algorithm, got "${algorithm}".`);
  }
  const { curve } = KEY_ALGORITHMS[algorithm];
  const pair = curve === undefined ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: curve });
  const privateKey = privateKeyOf(pair.privateKey);
  return { privateKey, publicKey: privateKey.publicKey };
}

/**
 * Wraps a public key of node:crypto.
 *
 * @throws {IntegrityError} `INVALID_KEY` for a kind of key that this package does not sign with, and an Ed25519 key under which
 * anyone can sign.
 */
export function publicKeyOf(given: KeyObject): PublicKey {
  const algorithm = supported(given);
  // One form for each key: a point may be compressed, uncompressed or hybrid, and each would have an id of its own.
  const key = createPublicKey({ key: given.export({ format: 'jwk' }), format: 'jwk' });
  const der = key.export({ type: 'spki', format: 'der' });
  return {
    keyId: createHash('sha256').update(der).digest('hex'),
    algorithm,
    pem: key.export({ type: 'spki', format: 'pem' }).toString(),
    key,
  };
}

/**
 * Wraps a private key of node:crypto.
 *
 * @throws {IntegrityError} `INVALID_KEY` for a kind of key that this package does not sign with.
 */
export function privateKeyOf(key: KeyObject): PrivateKey {
  const algorithm = supported(key);
  const publicKey = publicKeyOf(createPublicKey(key));
  return { keyId: publicKey.keyId, algorithm, publicKey, key };
}

function supported(key: KeyObject): KeyAlgorithm {
  const algorithm = algorithmOf(key);
  if (algorithm !== undefined) return algorithm;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const weak = key.asymmetricKeyType === 'ed25519' ? 'a weak ' : '';
  const kind = `${weak}${key.asymmetricKeyType ?? key.type}${curve === undefined ? '' : ` on ${curve}`}`;
  throw new IntegrityError('INVALID_KEY', `Expected an Ed25519 key or one on P-256, P-384 or P-521, got ${kind}.`, {
    hint: 'Make one with generateKeyPair.',
  });
}
