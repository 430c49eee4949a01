import { createHash, randomBytes } from 'node:crypto';

import { BackupError } from '../errors.ts';
import { fromBase32, toBase32 } from './base32.ts';

const SECRET_BYTES = 18;
const CHECK_BYTES = 2;
const LETTERS = ((SECRET_BYTES + CHECK_BYTES) * 8) / 5;

const check = (secret: Uint8Array): Buffer =>
  createHash('sha256').update('holdfast/recovery').update(secret).digest().subarray(0, CHECK_BYTES);

/** A new code: 144 random bits and 16 check bits as eight groups of four letters and digits. */
export function newRecoveryCode(): { code: string; secret: Buffer } {
  const secret = randomBytes(SECRET_BYTES);
  const letters = toBase32(Buffer.concat([secret, check(secret)]));
  return { code: (letters.match(/.{4}/g) ?? []).join('-'), secret };
}

/**
 * Reads a code as a person types it: blanks, dashes and case do not matter.
 *
 * @throws {BackupError} `INVALID_KEY_FILE` when it is too short, too long or mistyped. The message never repeats it.
 */
export function parseRecoveryCode(text: string): Buffer {
  const letters = text.replaceAll(/[\s-]/g, '');
  const hint = 'Compare it letter by letter with the printed one; blanks, dashes and case do not matter.';
  if (letters.length !== LETTERS) {
    throw new BackupError(
      'INVALID_KEY_FILE',
      `Expected a recovery code of ${LETTERS} letters and digits, got ${letters.length}`,
      { hint },
    );
  }
  const bytes = fromBase32(letters);
  const secret = bytes?.subarray(0, SECRET_BYTES);
  if (bytes === undefined || secret === undefined || !check(secret).equals(bytes.subarray(SECRET_BYTES))) {
    throw new BackupError('INVALID_KEY_FILE', 'Expected a recovery code, got one with a mistyped letter', { hint });
  }
  return secret;
}
