import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { toBase64 } from '../encoding.ts';
import type { PrivateKey } from '../signature/key.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkpointText } from './checkpoint.ts';
import { checkKey, checkKeyName, keyId } from './note-key.ts';

/** Who signs checkpoints. */
export interface CheckpointSigner {
  /** Names the key, without spaces and `+`; by custom the chain's origin. */
  readonly name: string;
  /** An Ed25519 key: of this package (`generateKeyPair`, `loadPrivateKey`) or of node:crypto. */
  readonly privateKey: PrivateKey | KeyObject;
}

/** Signs any text that ends in a line end, and returns the note (C2SP, signed-note). */
export function signNote(text: string, { name, privateKey }: CheckpointSigner): string {
  checkKeyName(name);
  const key = checkKey(privateKey, 'private');
  const signature = sign(null, Buffer.from(text), key);
  return `${text}\n— ${name} ${toBase64(Buffer.concat([keyId(name, createPublicKey(key)), signature]))}\n`;
}

/**
 * Signs a checkpoint of a hash chain, as a text that other tools of transparency logs read too: three lines with origin, size
 * and root, an empty line, and the signature. Keep it where whoever writes the chain can't change it; an attacker who has both the
 * chain and the key can sign another history.
 *
 * Source: C2SP, tlog-checkpoint and signed-note; Ed25519 of RFC 8032.
 *
 * @throws {IntegrityError} `INVALID_CHECKPOINT_KEY`; `INVALID_CHECKPOINT`, `INVALID_ORIGIN` and `INVALID_HASH` for a checkpoint that
 * has no text form.
 * @example
 * ```ts
 * import { createChain, generateKeyPair, signCheckpoint, verifyCheckpoint } from '@x/integrity';
 *
 * const name = 'example.com/audit';
 * const { privateKey, publicKey } = generateKeyPair(); // or loadPrivateKey, or generateKeyPairSync('ed25519') of node:crypto
 * const text = signCheckpoint(createChain(name).checkpoint(), { name, privateKey });
 * console.log(verifyCheckpoint(text, [{ name, publicKey }]).size); // 0
 * ```
 */
export function signCheckpoint(checkpoint: Checkpoint, signer: CheckpointSigner): string {
  return signNote(checkpointText(checkpoint), signer);
}
