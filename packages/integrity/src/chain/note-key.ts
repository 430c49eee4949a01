import type { KeyObject } from 'node:crypto';
import { sha256 } from '../engine/sha256.ts';
import { IntegrityError } from '../errors.ts';
import { algorithmOf } from '../signature/key-algorithm.ts';
import { isNoteLine } from './link.ts';

/** Type of plain Ed25519 signatures (C2SP, signed-note). */
const ED25519 = 1;

function invalidKey(expected: string): IntegrityError {
  return new IntegrityError('INVALID_CHECKPOINT_KEY', `Expected ${expected}.`);
}

/**
 * Makes sure that a text can name a key.
 *
 * @throws {IntegrityError} `INVALID_CHECKPOINT_KEY`.
 */
export function checkKeyName(name: string): void {
  if (typeof name === 'string' && isNoteLine(name) && !/[\s\u0085+]/u.test(name)) return;
  throw invalidKey('the name of a key to have no spaces and no "+"');
}

/** A key of node:crypto, or one of this package that holds it. */
type HeldKey = KeyObject | { readonly key: KeyObject };

/**
 * The key itself, once it is sure that it is one for Ed25519.
 *
 * @throws {IntegrityError} `INVALID_CHECKPOINT_KEY`.
 */
export function checkKey(given: HeldKey, type: 'private' | 'public'): KeyObject {
  const key = typeof given === 'object' && given !== null && 'key' in given ? given.key : given;
  if (key?.type === type && algorithmOf(key) === 'ed25519') return key;
  throw invalidKey(`${type === 'private' ? 'a private' : 'a public'} Ed25519 key`);
}

/** Four bytes that tell keys of the same name apart: of SHA-256 of name, line end, type and public key (C2SP, signed-note). */
export function keyId(name: string, publicKey: KeyObject): Uint8Array {
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const front = new TextEncoder().encode(`${name}\n`);
  return sha256(front, Uint8Array.of(ED25519), Buffer.from(x, 'base64url')).subarray(0, 4);
}
