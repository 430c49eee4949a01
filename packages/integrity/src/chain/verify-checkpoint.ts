import { type KeyObject, verify } from 'node:crypto';
import { fromBase64, toHex } from '../encoding.ts';
import { IntegrityError } from '../errors.ts';
import { type Checkpoint, invalidCheckpoint, parseCheckpointText } from './checkpoint.ts';
import type { PublicKey } from '../signature/key.ts';
import { checkKey, checkKeyName, keyId } from './note-key.ts';

/** Whose checkpoints are trusted. */
export interface CheckpointKey {
  /** The name it signs with. */
  readonly name: string;
  /** An Ed25519 key: of this package (`loadPublicKey`) or of node:crypto. */
  readonly publicKey: PublicKey | KeyObject;
}

/** A checkpoint, and who signed it. */
export interface VerifiedCheckpoint extends Checkpoint {
  /** Names of the trusted keys whose signatures are on it, at least one. A key that is trusted under two names may be there twice. */
  readonly signedBy: readonly string[];
}

interface NoteSignature {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Room for a hundred witnesses with signatures of post-quantum algorithms; the text is read only up to here. */
const LONGEST_NOTE = 1 << 19;
const MOST_SIGNATURES = 100;
const SIGNATURE_LINE = /^\u2014 ([^\s\u0085+]+) ([A-Za-z0-9+/]+={0,2})$/u;

function parseSignature(line: string): NoteSignature {
  const [, name = '', base64 = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = fromBase64(base64);
  if (bytes === undefined || bytes.length < 5) throw invalidCheckpoint('a signature line that is not as it should be');
  return { name, id: toHex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
}

/** Cuts a note at its last empty line (C2SP, signed-note). */
function parseNote(note: string): { readonly text: string; readonly signatures: readonly NoteSignature[] } {
  if (typeof note !== 'string') throw invalidCheckpoint('no text');
  if (note.length > LONGEST_NOTE) throw invalidCheckpoint(`more than ${LONGEST_NOTE} characters`);
  // oxlint-disable-next-line eslint/no-control-regex -- they are what is looked for
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw invalidCheckpoint('control characters');
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) throw invalidCheckpoint('a text without signatures, or one that was cut');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw invalidCheckpoint(`more than ${MOST_SIGNATURES} signatures`);
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

function untrusted(message: string): IntegrityError {
  return new IntegrityError('UNTRUSTED_CHECKPOINT', message);
}

/**
 * Returns the signed text of a note. Signatures of other keys are passed over; one of a trusted key that is wrong spoils the note.
 *
 * @throws {IntegrityError} `INVALID_CHECKPOINT`, `UNTRUSTED_CHECKPOINT`, `INVALID_CHECKPOINT_KEY`.
 */
export function openNote(
  note: string,
  trustedKeys: readonly CheckpointKey[],
): { readonly text: string; readonly signedBy: readonly string[] } {
  const keys = trustedKeys.map(({ name, publicKey }) => {
    checkKeyName(name);
    const key = checkKey(publicKey, 'public');
    return { name, key, id: toHex(keyId(name, key)) };
  });
  const { text, signatures } = parseNote(note);
  const signedBy = new Set<string>();
  for (const { name, id, bytes } of signatures) {
    const trusted = keys.find((each) => each.name === name && each.id === id);
    if (trusted === undefined) continue;
    if (!verify(null, Buffer.from(text), trusted.key, bytes)) {
      throw untrusted(`Expected a signature of the key "${name}" that fits the checkpoint, got one that does not.`);
    }
    signedBy.add(name);
  }
  if (signedBy.size === 0)
    throw untrusted('Expected a checkpoint that a trusted key has signed, got none of their signatures.');
  return { text, signedBy: [...signedBy] };
}

/**
 * Reads a signed checkpoint and makes sure that at least one trusted key has signed it. Signatures of keys that are not given
 * are passed over, so that keys can be changed and witnesses added.
 *
 * Source: C2SP, tlog-checkpoint and signed-note; Ed25519 of RFC 8032.
 *
 * @throws {IntegrityError} `UNTRUSTED_CHECKPOINT` when no trusted key has signed it, or a signature in a trusted key's name is wrong;
 * `INVALID_CHECKPOINT` and `INVALID_ORIGIN` for a text that is no checkpoint; `INVALID_CHECKPOINT_KEY`.
 */
export function verifyCheckpoint(text: string, trustedKeys: readonly CheckpointKey[]): VerifiedCheckpoint {
  const note = openNote(text, trustedKeys);
  return { ...parseCheckpointText(note.text), signedBy: note.signedBy };
}
