import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { subkey } from './subkeys.ts';

/** Bytes of an X25519 key (RFC 7748). */
export const PUBLIC_KEY_BYTES = 32;
/** What stands before the 32 bytes of a key in DER (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

const privateKey = (slotKey: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8, subkey(slotKey, 'slot-pair')]), format: 'der', type: 'pkcs8' });

const publicKey = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' });

const bytesOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);

/**
 * The public key of a slot, 32 bytes. Whoever has it can seal a new root key for the slot without its secret, which may be on
 * a sheet of paper; and can open nothing with it.
 */
export function slotPublicKey(slotKey: Uint8Array): Buffer {
  return bytesOf(createPublicKey(privateKey(slotKey)));
}

const sealingKey = (shared: Uint8Array, ephemeral: Uint8Array, slotPublic: Uint8Array): Buffer =>
  subkey(Buffer.concat([shared, ephemeral, slotPublic]), 'slot-to-pair');

/** A key that only the slot's secret leads to, and the public key to be stored beside what it seals. */
export function keyForSlot(slotPublic: Uint8Array): { readonly key: Buffer; readonly ephemeral: Buffer } {
  const pair = generateKeyPairSync('x25519');
  const shared = diffieHellman({ privateKey: pair.privateKey, publicKey: publicKey(slotPublic) });
  const ephemeral = bytesOf(pair.publicKey);
  return { key: sealingKey(shared, ephemeral, slotPublic), ephemeral };
}

/** The same key, from the slot's own; `undefined` for what is no public key of such a seal. */
export function keyFromSlot(slotKey: Uint8Array, ephemeral: Uint8Array): Buffer | undefined {
  const own = privateKey(slotKey);
  try {
    const shared = diffieHellman({ privateKey: own, publicKey: publicKey(ephemeral) });
    return sealingKey(shared, ephemeral, bytesOf(createPublicKey(own)));
  } catch {
    // A point of small order: nobody makes one by accident.
    return undefined;
  }
}
