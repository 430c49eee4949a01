import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

import { free } from '../bytes/free.ts';

/** Plaintext bytes of a full block. */
export const BLOCK_BYTES: number = 64 * 1024;
/** Bytes of an authentication tag. */
export const TAG_BYTES = 16;
/** Bytes of a full block as stored. */
export const SEALED_BLOCK_BYTES: number = BLOCK_BYTES + TAG_BYTES;
/** Sizes of stored objects are multiples of this. */
export const PADDING_BYTES = 4096;

/**
 * The nonce of STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): the block's number in 11 bytes,
 * big-endian, then 1 for the last block and 0 for every other.
 */
function nonce(block: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(block, 5, 6);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

/** Which block of which object: what its cipher depends on. */
export interface BlockPlace {
  /** The object's key. Where many blocks follow, a `KeyObject`: it takes a tenth of the time to begin with. */
  readonly key: Uint8Array | KeyObject;
  readonly number: number;
  readonly last: boolean;
}

/** Encrypts one block into `out` at `at`; returns where it ends. */
export function sealBlock(block: BlockPlace, plaintext: Uint8Array, out: Buffer, at: number): number {
  const cipher = createCipheriv('aes-256-gcm', block.key, nonce(block.number, block.last));
  const body = cipher.update(plaintext);
  cipher.final();
  out.set(body, at);
  out.set(cipher.getAuthTag(), at + body.length);
  free(body);
  return at + plaintext.length + TAG_BYTES;
}

/** Decrypts one block; `undefined` when it does not authenticate. */
export function openBlock(
  block: Omit<BlockPlace, 'key'> & { readonly key: Uint8Array | KeyObject },
  sealed: Uint8Array,
): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const iv = nonce(block.number, block.last);
  const decipher = createDecipheriv('aes-256-gcm', block.key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plaintext;
}

/** Bytes as stored, headers aside, of `plaintext` bytes (padding included). */
export function sealedLength(plaintext: number): number {
  return plaintext + TAG_BYTES * Math.ceil(plaintext / BLOCK_BYTES);
}

/** The reverse of {@link sealedLength}; `undefined` when no plaintext has this length. */
export function plaintextLength(sealed: number): number | undefined {
  const full = Math.floor(sealed / SEALED_BLOCK_BYTES);
  const rest = sealed % SEALED_BLOCK_BYTES;
  if (rest === 0) return full * BLOCK_BYTES;
  return rest > TAG_BYTES ? full * BLOCK_BYTES + rest - TAG_BYTES : undefined;
}

/**
 * How many bytes of padding (at least one) make an object's size a multiple of {@link PADDING_BYTES}.
 *
 * @param plaintext Bytes of content.
 * @param around Bytes of headers.
 */
export function paddingFor(plaintext: number, around: number): number {
  let size = Math.ceil((around + sealedLength(plaintext + 1)) / PADDING_BYTES) * PADDING_BYTES;
  for (;;) {
    const padded = plaintextLength(size - around);
    if (padded !== undefined && padded > plaintext) return padded - plaintext;
    size += PADDING_BYTES;
  }
}

/** Padding is 0x80, then zeros (ISO/IEC 7816-4): where the content ends, or -1. */
export function contentEnd(plaintext: Uint8Array): number {
  let at = plaintext.length - 1;
  while (at >= 0 && plaintext[at] === 0) at--;
  return at >= 0 && plaintext[at] === 0x80 ? at : -1;
}
