import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { IntegrityError } from '../errors.ts';
import { type PrivateKey, privateKeyOf, type PublicKey, publicKeyOf } from './key.ts';

/** Most bytes of a key in PEM: more than any supported key needs, encrypted ones included. */
export const MAX_KEY_BYTES = 16_384;

/** One block of RFC 7468 and nothing else, so that no second key hides behind the first. */
const PEM_BLOCK = /^\s*-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n[A-Za-z0-9+/=\r\n]+-----END ([A-Z0-9 ]{1,40})-----\s*$/;

/** Options of `parsePrivateKey` and `loadPrivateKey`. */
export interface PrivateKeyOptions {
  /** Opens an encrypted key. Ignored for one that is not. */
  readonly passphrase?: string | Uint8Array | undefined;
}

/**
 * Reads a private key: PKCS#8 in PEM (RFC 5958, RFC 7468 sections 10 and 11), encrypted (PBES2, RFC 8018) or not. At most
 * 16 KiB. Messages never hold any of the key or of the passphrase, and there is no `cause`.
 *
 * @throws {IntegrityError} `PASSPHRASE_NEEDED` and `WRONG_PASSPHRASE` for an encrypted key; `INVALID_KEY` for anything else
 * that can't be used.
 * @example
 * ```ts
 * import { parsePrivateKey } from '@x/integrity';
 *
 * const key = parsePrivateKey(process.env['RELEASE_KEY'] ?? '', { passphrase: process.env['RELEASE_PASSPHRASE'] });
 * console.log(key.keyId);
 * ```
 */
export function parsePrivateKey(pem: string | Uint8Array, options: PrivateKeyOptions = {}): PrivateKey {
  const { label, text } = readBlock(pem, 'a private key');
  if (label === 'ENCRYPTED PRIVATE KEY') return privateKeyOf(openEncrypted(text, options.passphrase));
  if (label !== 'PRIVATE KEY') throw notPkcs8(label);
  try {
    return privateKeyOf(createPrivateKey({ key: text, format: 'pem' }));
  } catch (error) {
    if (error instanceof IntegrityError) throw error;
    throw unreadable('a private key in PKCS#8');
  }
}

/**
 * Reads a public key: SubjectPublicKeyInfo in PEM (RFC 7468 section 13). At most 16 KiB.
 *
 * @throws {IntegrityError} `INVALID_KEY` for anything else, a private key included.
 * @example
 * ```ts
 * import { generateKeyPair, parsePublicKey } from '@x/integrity';
 *
 * const { publicKey } = generateKeyPair();
 * console.log(parsePublicKey(publicKey.pem).keyId === publicKey.keyId); // true
 * ```
 */
export function parsePublicKey(pem: string | Uint8Array): PublicKey {
  const { label, text } = readBlock(pem, 'a public key');
  if (label !== 'PUBLIC KEY') {
    throw new IntegrityError('INVALID_KEY', `Expected a PEM block PUBLIC KEY, got ${label}.`);
  }
  try {
    return publicKeyOf(createPublicKey({ key: text, format: 'pem' }));
  } catch (error) {
    if (error instanceof IntegrityError) throw error;
    throw unreadable('a public key');
  }
}

function readBlock(pem: string | Uint8Array, what: string): { label: string; text: string } {
  if (typeof pem !== 'string' && !(pem instanceof Uint8Array)) {
    throw new IntegrityError('INVALID_KEY', `Expected ${what} as text or bytes, got ${typeof pem}.`);
  }
  if (pem.length > MAX_KEY_BYTES) {
    throw new IntegrityError('INVALID_KEY', `Expected ${what} of at most ${MAX_KEY_BYTES} bytes, got ${pem.length}.`);
  }
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
  const [, begin, end] = PEM_BLOCK.exec(text) ?? [];
  if (begin === undefined || begin !== end) {
    throw new IntegrityError('INVALID_KEY', `Expected ${what} as one PEM block, got something else.`);
  }
  return { label: begin, text };
}

function openEncrypted(text: string, passphrase: string | Uint8Array | undefined): KeyObject {
  if (passphrase === undefined || passphrase.length === 0) {
    throw new IntegrityError('PASSPHRASE_NEEDED', 'Expected a passphrase, as the private key is encrypted, got none.');
  }
  try {
    const secret = typeof passphrase === 'string' ? passphrase : Buffer.from(passphrase);
    return createPrivateKey({ key: text, format: 'pem', passphrase: secret });
  } catch {
    // A wrong passphrase is seen by the padding of the block cipher: one in 256 gets past it and fails as garbage.
    throw new IntegrityError('WRONG_PASSPHRASE', 'Expected the passphrase of the private key, got another one.', {
      hint: 'If the passphrase is right, the key file is damaged.',
    });
  }
}

function notPkcs8(label: string): IntegrityError {
  return new IntegrityError('INVALID_KEY', `Expected a PEM block PRIVATE KEY (PKCS#8), got ${label}.`, {
    hint: 'Convert an older form with: openssl pkcs8 -topk8 -in old.pem -out new.pem',
  });
}

function unreadable(what: string): IntegrityError {
  return new IntegrityError('INVALID_KEY', `Expected ${what}, got a PEM block that does not hold one.`);
}
