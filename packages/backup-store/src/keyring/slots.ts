import { randomBytes } from 'node:crypto';

import { listAll } from '@x/storage';

import { readStored, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { SLOTS, slotName } from '../layout/names.ts';
import { readKeyFile } from './key-file.ts';
import { parseRecoveryCode } from './recovery-code.ts';
import {
  encodeSlot,
  newSlotParameters,
  openSlot,
  parseSlot,
  SLOT,
  type SlotContent,
  type SlotParameters,
  type SlotType,
} from './slot.ts';

const MAX_SLOTS = 64;
const MAX_SLOT_BYTES = 16 * 1024;

/** A secret and the type of slot it opens. */
export interface SlotSecret {
  readonly type: SlotType;
  readonly secret: Uint8Array;
}

/** What a user unlocks with, as in the public options. */
export type UnlockWith =
  | { readonly keyFile: string }
  | { readonly passphrase: string }
  | { readonly recoveryCode: string };

/** @throws {BackupError} `INVALID_OPTION`, `PATH_FAILED`, `INVALID_KEY_FILE`, `WRONG_KEY` (a key file of another repository). */
export async function slotSecret(unlock: UnlockWith, repositoryId: string): Promise<SlotSecret> {
  if ('keyFile' in unlock) {
    const file = await readKeyFile(unlock.keyFile);
    if (file.repositoryId !== repositoryId) {
      throw new BackupError(
        'WRONG_KEY',
        `Expected a key file of repository ${repositoryId}, got one of ${file.repositoryId}`,
        {
          hint: `${unlock.keyFile} belongs to another repository.`,
        },
      );
    }
    return { type: SLOT.keyFile, secret: file.secret };
  }
  if ('passphrase' in unlock) return passphraseSecret(unlock.passphrase);
  return { type: SLOT.recoveryCode, secret: parseRecoveryCode(unlock.recoveryCode) };
}

/** A passphrase as bytes: NFKC and UTF-8, so that the same letters typed on another keyboard are the same secret. */
export function passphraseSecret(passphrase: string): SlotSecret {
  return { type: SLOT.passphrase, secret: Buffer.from(passphrase.normalize('NFKC'), 'utf8') };
}

/** Adds a slot; returns its id. */
export async function addSlot(sealed: SealedStore, secret: SlotSecret, content: SlotContent): Promise<string> {
  const id = randomBytes(8).toString('hex');
  const parameters = newSlotParameters(secret.type, secret.secret.length === 0);
  const object = await encodeSlot(sealed.repositoryId, slotName(id), { parameters, secret: secret.secret, content });
  await sealed.store.createIfAbsent(slotName(id), object);
  return id;
}

interface StoredSlot {
  readonly name: string;
  readonly parameters: SlotParameters;
  readonly sealed: Uint8Array;
}

/** Slots, and those that can't be read. */
export async function readSlots(sealed: SealedStore): Promise<{ slots: StoredSlot[]; damaged: BackupError[] }> {
  const slots: StoredSlot[] = [];
  const damaged: BackupError[] = [];
  for await (const { key } of listAll(sealed.store, SLOTS)) {
    if (slots.length + damaged.length >= MAX_SLOTS) break;
    try {
      slots.push({ name: key, ...parseSlot(await readStored(sealed.store, key, { maxBytes: MAX_SLOT_BYTES }), key) });
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      damaged.push(error);
    }
  }
  return { slots, damaged };
}

/**
 * Opens the first slot that the secret fits.
 *
 * @throws {BackupError} `WRONG_KEY`; a slot's own error when no other one opens.
 */
export async function openSlots(sealed: SealedStore, secret: SlotSecret): Promise<SlotContent> {
  const { slots, damaged } = await readSlots(sealed);
  for (const slot of slots) {
    if (slot.parameters.type !== secret.type) continue;
    const content = await openSlot(sealed.repositoryId, slot.name, { ...slot, secret: secret.secret });
    if (content !== undefined) return content;
  }
  if (damaged[0] !== undefined) throw damaged[0];
  throw new BackupError(
    'WRONG_KEY',
    `Expected a ${describe(secret.type)} that opens this repository, got one that opens none of its ${slots.length} key slots`,
    {
      hint: 'Check the key file, passphrase or recovery code, and that this is the repository you mean.',
    },
  );
}

/** For messages and listings. */
export function describe(type: SlotType): string {
  return type === SLOT.keyFile ? 'key file' : type === SLOT.passphrase ? 'passphrase' : 'recovery code';
}
