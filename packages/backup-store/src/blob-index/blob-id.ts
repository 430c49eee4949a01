import { hash, type KeyObject } from 'node:crypto';

import { type BlobType, ID_BYTES } from '../pack/directory.ts';

const BLOCK = 64;
const DIGEST = 32;

/** The two messages that HMAC (RFC 2104) hashes, each begun with the key, with room for the rest. */
interface Messages {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const messagesOf = new WeakMap<KeyObject, Messages>();

function begin(idKey: KeyObject): Messages {
  const key = idKey.export();
  const block = Buffer.alloc(BLOCK);
  block.set(key.length > BLOCK ? hash('sha256', key, 'buffer') : key);
  key.fill(0);
  const messages = { inner: Buffer.alloc(BLOCK + 1 + DIGEST), outer: Buffer.alloc(BLOCK + DIGEST) };
  for (let i = 0; i < BLOCK; i++) {
    messages.inner[i] = (block[i] as number) ^ 0x36;
    messages.outer[i] = (block[i] as number) ^ 0x5c;
  }
  messagesOf.set(idKey, messages);
  return messages;
}

/**
 * A blob's stored id: the first 16 bytes of HMAC-SHA-256(idKey, type ‖ SHA-256 of the plaintext). Without the
 * key nobody can tell whether a known file is stored; with 128 bits nobody finds two blobs of one id.
 *
 * Two hashes in one call each take a third of the time that Node's `Hmac` takes, and make less to be collected;
 * strings as results are the fastest. There is one id to compute for each blob of each entry.
 */
export function blobId(idKey: KeyObject, type: BlobType, sha256: Uint8Array): Buffer {
  const { inner, outer } = messagesOf.get(idKey) ?? begin(idKey);
  inner[BLOCK] = type;
  inner.set(sha256, BLOCK + 1);
  outer.write(hash('sha256', inner, 'binary'), BLOCK, 'latin1');
  return Buffer.from(hash('sha256', outer, 'binary').slice(0, ID_BYTES), 'latin1');
}
