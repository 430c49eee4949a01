import { rm } from 'node:fs/promises';

import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { secretFor } from '../keyring/age.ts';
import { writeKeyFile } from '../keyring/key-file.ts';
import type { SlotRecord } from '../keyring/keyring-record.ts';
import { newRecoveryCode } from '../keyring/recovery-code.ts';
import { encodeDerivedSlot, type SlotContent, slotKey } from '../keyring/slot.ts';
import { slotPublicKey } from '../keyring/slot-pair.ts';
import {
  newAgeParameters,
  newSlotParameters,
  PARAMETER_BYTES,
  SLOT,
  type SlotParameters,
} from '../keyring/slot-parameters.ts';
import { type ByteSecret, passphraseSecret, type SlotSecret } from '../keyring/unlock.ts';
import { slotName } from '../layout/names.ts';
import type { KeyRequest } from '../repository/keys-contract.ts';

/** A secret that is to open the repository, derived once, however often the slot has to be written. */
export interface NewKey {
  readonly parameters: SlotParameters;
  readonly slotKey: Buffer;
  /** What the keyring says of it, but for its id. */
  readonly record: Omit<SlotRecord, 'id'>;
  /** To open the slot with. Of an age slot nobody here has one. */
  readonly secret?: SlotSecret | undefined;
  readonly recoveryCode?: string | undefined;
  /** Takes away the key file that was made, when it came to nothing. */
  readonly undo: () => Promise<void>;
}

/** Who made it, when, and what they call it. */
export interface KeyOrigin {
  readonly label?: string | undefined;
  readonly createdBy?: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/**
 * Makes the secret that was asked for: writes the key file, draws the recovery code, derives the key.
 *
 * @throws {BackupError} `INVALID_OPTION`, `ALREADY_EXISTS`, `PATH_FAILED`.
 */
export async function makeKey(request: KeyRequest, origin: KeyOrigin, repositoryId: string): Promise<NewKey> {
  checkText('label', origin.label);
  checkText('createdBy', origin.createdBy);
  if ('recipients' in request) return await ageKey(request.recipients, origin);
  if ('keyFile' in request) {
    const { secret } = await writeKeyFile(request.keyFile, repositoryId);
    const undo = async (): Promise<void> => await rm(request.keyFile, { force: true });
    return { ...(await derivedKey({ type: SLOT.keyFile, secret }, origin)), undo };
  }
  if ('passphrase' in request) {
    if (request.passphrase === '')
      throw new BackupError('INVALID_OPTION', 'Expected a passphrase that is not empty, got an empty one');
    return await derivedKey(passphraseSecret(request.passphrase), origin);
  }
  const { code, secret } = newRecoveryCode();
  return { ...(await derivedKey({ type: SLOT.recoveryCode, secret }, origin)), recoveryCode: code };
}

/** The key of a secret that is there already. */
export async function derivedKey(secret: ByteSecret, origin: KeyOrigin): Promise<NewKey> {
  const parameters = newSlotParameters(secret.type, secret.secret.length === 0);
  const key = await slotKey(parameters, secret.secret);
  const pair = {
    parameters: parameters.bytes.subarray(0, PARAMETER_BYTES).toString('base64'),
    publicKey: slotPublicKey(key).toString('base64'),
  };
  return { parameters, slotKey: key, secret, record: { ...recordOf(secret.type, origin), ...pair }, undo: nothing };
}

async function ageKey(recipients: readonly string[], origin: KeyOrigin): Promise<NewKey> {
  const { secret, file } = await secretFor(recipients);
  const parameters = newAgeParameters(file);
  const record = { ...recordOf(SLOT.age, origin), recipients };
  return { parameters, slotKey: await slotKey(parameters, secret), record, undo: nothing };
}

const nothing = async (): Promise<void> => undefined;

const recordOf = (type: number, { label, createdBy, createdMs }: KeyOrigin): Omit<SlotRecord, 'id'> => ({
  type,
  label,
  createdBy,
  createdAt: new Date(createdMs).toISOString(),
});

/** The bytes of its slot, under this id. */
export function slotOf(sealed: SealedStore, key: NewKey, slot: { id: string; content: SlotContent }): Buffer {
  const { parameters, slotKey: derived } = key;
  const what = { parameters, key: derived, content: slot.content };
  return encodeDerivedSlot(sealed.repositoryId, slotName(slot.id), what);
}

/** @throws {BackupError} `INVALID_OPTION`. */
function checkText(what: string, text: string | undefined): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (text === undefined || (text !== '' && Buffer.byteLength(text) <= 128 && !/[\u0000-\u001f\u007f]/.test(text)))
    return;
  throw new BackupError('INVALID_OPTION', `Expected a ${what} of 1 to 128 bytes without control characters`);
}
