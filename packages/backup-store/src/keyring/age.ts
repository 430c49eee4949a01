import { randomBytes } from 'node:crypto';

import { BackupError } from '../errors.ts';

/** Most recipients of one slot. */
const MAX_RECIPIENTS = 20;
/** Of a recipient's text: a hybrid one has 1,959 letters. */
const MAX_RECIPIENT_LENGTH = 4096;
const SECRET_BYTES = 32;

// Loaded when a repository has to do with age, and not before: no other start waits for it.
const age = (): Promise<typeof import('age-encryption')> => import('age-encryption');

const isHybrid = (recipient: string): boolean => recipient.startsWith('age1pq1');
/** X25519 (`age1` and letters of bech32, which has no second `1`) or hybrid ML-KEM-768 with X25519 (`age1pq1`). */
const RECIPIENT = /^age1(?:pq1)?[02-9ac-hj-np-z]+$/;

/**
 * Checks texts of recipients: 1 to 20 of one kind, each once.
 *
 * @throws {BackupError} `INVALID_OPTION`.
 */
export function checkRecipients(recipients: readonly string[]): void {
  const refuse = (message: string, hint: string): never => {
    throw new BackupError('INVALID_OPTION', message, { hint });
  };
  if (recipients.length < 1 || recipients.length > MAX_RECIPIENTS)
    refuse(`Expected 1 to ${MAX_RECIPIENTS} recipients, got ${recipients.length}`, 'Add another key for the others.');
  const other = recipients.find((each) => each.length > MAX_RECIPIENT_LENGTH || !RECIPIENT.test(each));
  // A secret key that was given by mistake must not come back in a message.
  if (other !== undefined)
    refuse(
      `Expected recipients that begin with age1 or age1pq1, got another text as number ${recipients.indexOf(other) + 1}`,
      'Recipients of SSH keys and of plugins are not supported. `age-keygen -y` prints the recipient of an identity.',
    );
  if (new Set(recipients).size < recipients.length)
    refuse('Expected each recipient once, got one twice', 'Leave it out.');
  if (new Set(recipients.map(isHybrid)).size > 1)
    refuse(
      'Expected recipients of one kind, got post-quantum ones (age1pq1) beside others (age1)',
      'One that a quantum computer can open spoils the others. Add a key for each kind.',
    );
}

/**
 * A random secret of 32 bytes, and the age file that only the recipients get it from.
 *
 * @throws {BackupError} `INVALID_OPTION`.
 */
export async function secretFor(recipients: readonly string[]): Promise<{ secret: Buffer; file: Uint8Array }> {
  checkRecipients(recipients);
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  try {
    for (const each of recipients) encrypter.addRecipient(each);
  } catch (cause) {
    throw new BackupError('INVALID_OPTION', 'Expected recipients of age, got one with a mistyped letter', {
      cause,
      hint: 'Copy the whole line that `age-keygen` printed as the public key.',
    });
  }
  const secret = randomBytes(SECRET_BYTES);
  return { secret, file: await encrypter.encrypt(secret) };
}

/** The secret in an age file; `undefined` when none of the identities is a recipient of it, or it was changed. */
export async function secretFrom(file: Uint8Array, identities: readonly string[]): Promise<Buffer | undefined> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  for (const each of identities) decrypter.addIdentity(each);
  try {
    const secret = Buffer.from(await decrypter.decrypt(file));
    return secret.length === SECRET_BYTES ? secret : undefined;
  } catch {
    // age says what does not fit, and that is nothing to whoever has another identity.
    return undefined;
  }
}

/** Whether each text is an identity of age, to its last letter. */
export async function areIdentities(texts: readonly string[]): Promise<boolean> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  try {
    for (const each of texts) decrypter.addIdentity(each);
    return true;
  } catch {
    return false;
  }
}

/** Whether this is an age file, in its armour or without. */
export const isAgeFile = (bytes: Uint8Array): boolean => {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  return start.startsWith('-----BEGIN AGE ENCRYPTED FILE-----') || start.startsWith('age-encryption.org/v1');
};

/** Opens an age file with a passphrase; `undefined` when it is another one. age itself refuses more than 1 GiB of scrypt. */
export async function openWithPassphrase(bytes: Buffer, passphrase: string): Promise<Buffer | undefined> {
  const { armor, Decrypter } = await age();
  const text = bytes.toString('latin1');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return Buffer.from(await decrypter.decrypt(text.trimStart().startsWith('-----') ? armor.decode(text) : bytes));
  } catch {
    return undefined;
  }
}
