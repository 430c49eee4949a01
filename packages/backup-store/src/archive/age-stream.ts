import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { BackupError } from '../errors.ts';
import { checkRecipients } from '../keyring/age.ts';

// The payload of an age file (https://age-encryption.org/v1, "Payload"): chunks of 64 KiB, each sealed with ChaCha20-Poly1305 under its
// number and whether it is the last. Node's cryptography does them some ten times as fast as the library, which makes and reads the header.

/** Plain bytes of a chunk. */
export const CHUNK_BYTES: number = 64 * 1024;
export const TAG_BYTES = 16;
export const NONCE_BYTES = 16;
const CIPHER = 'chacha20-poly1305';
const OPTIONS = { authTagLength: TAG_BYTES };

/** The key of a payload. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
}

/** Eleven bytes of the chunk's number, and one that says whether it is the last. */
function chunkNonce(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 3);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Seals a chunk. */
export function sealChunk(
  key: Uint8Array,
  at: { readonly number: number; readonly isLast: boolean },
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv(CIPHER, key, chunkNonce(at.number, at.isLast), OPTIONS);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens a chunk; throws when it was altered, or is not this one. */
export function openChunk(
  key: Uint8Array,
  at: { readonly number: number; readonly isLast: boolean },
  sealed: Buffer,
): Buffer {
  const decipher = createDecipheriv(CIPHER, key, chunkNonce(at.number, at.isLast), OPTIONS);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
}

/** The beginning of an age file for recipients, and the key of the payload that follows. */
export async function ageStart(
  recipients: readonly string[],
): Promise<{ readonly start: Buffer; readonly key: Buffer }> {
  checkRecipients(recipients);
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  let fileKey: Uint8Array | undefined;
  try {
    for (const each of recipients) encrypter.addRecipient(each);
  } catch (cause) {
    throw new BackupError('INVALID_OPTION', 'Expected recipients of age, got one with a mistyped letter', {
      cause,
      hint: 'Copy the whole line that `age-keygen` printed as the public key.',
    });
  }
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return [];
    },
  });
  const empty = Buffer.from(await encrypter.encrypt(new Uint8Array(0)));
  if (fileKey === undefined) throw new TypeError('Expected age to ask each recipient, got one that was passed over');
  const header = empty.subarray(0, empty.length - TAG_BYTES - NONCE_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  return { start: Buffer.concat([header, nonce]), key: payloadKey(fileKey, nonce) };
}
