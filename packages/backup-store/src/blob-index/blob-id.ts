import { hash, type KeyObject } from 'node:crypto';

import { sha256 as digestOf } from '../bytes/sha256.ts';
import { type BlobType, ID_BYTES } from '../pack/directory.ts';

const BLOCK_BYTES = 64;

/** What HMAC (RFC 2104) puts before its two messages: the key under a mask. Room for the message behind it. */
interface Padded {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const paddedKeys = new WeakMap<KeyObject, Padded>();

function padded(idKey: KeyObject): Padded {
  const known = paddedKeys.get(idKey);
  if (known !== undefined) return known;
  const key = idKey.export();
  const block = Buffer.concat([key.length > BLOCK_BYTES ? digestOf(key) : key], BLOCK_BYTES);
  const pads = {
    inner: Buffer.concat([block.map((byte) => byte ^ 0x36)], BLOCK_BYTES + 33),
    outer: Buffer.concat([block.map((byte) => byte ^ 0x5c)], BLOCK_BYTES + 32),
  };
  paddedKeys.set(idKey, pads);
  return pads;
}

/**
 * A blob's stored id: the first 16 bytes of HMAC-SHA-256(idKey, type ‖ SHA-256 of the plaintext). Without the
 * key nobody can tell whether a known file is stored; with 128 bits nobody finds two blobs of one id.
 *
 * Made of two one-shot digests: an `Hmac` object takes twice the time, and the collector has to look after each.
 */
export function blobId(idKey: KeyObject, type: BlobType, sha256: Uint8Array): Buffer {
  const { inner, outer } = padded(idKey);
  inner[BLOCK_BYTES] = type;
  inner.set(sha256, BLOCK_BYTES + 1);
  outer.write(hash('sha256', inner, 'binary'), BLOCK_BYTES, 'latin1');
  return digestOf(outer).subarray(0, ID_BYTES);
}
