import { listAll } from '@x/storage';

import { readStored, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { isSlotId, SLOTS, slotId } from '../layout/names.ts';
import { secretFrom } from './age.ts';
import { openSlot, type SlotContent } from './slot.ts';
import { parseSlot, SLOT, type SlotParameters, type SlotType } from './slot-parameters.ts';
import type { SlotSecret } from './unlock.ts';

/** Most slots of a repository. */
export const MAX_SLOTS = 64;
/** Largest slot: one for twenty hybrid recipients has about 38 KiB. */
const MAX_SLOT_BYTES = 64 * 1024;

/** A slot that can be read, and opened by whoever has its secret. */
export interface StoredSlot {
  readonly name: string;
  readonly parameters: SlotParameters;
  readonly sealed: Uint8Array;
}

/** All slots of a repository. */
export interface StoredSlots {
  readonly slots: StoredSlot[];
  readonly damaged: BackupError[];
  /** Made by a newer version of this program: they are left alone. */
  readonly unknown: BackupError[];
}

/** Slots, and those that can't be read. */
export async function readSlots(sealed: SealedStore): Promise<StoredSlots> {
  const found: StoredSlots = { slots: [], damaged: [], unknown: [] };
  let count = 0;
  for await (const { key } of listAll(sealed.store, SLOTS)) {
    if (count++ >= MAX_SLOTS) break;
    try {
      found.slots.push(await readSlot(sealed, key));
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      (error.code === 'UNSUPPORTED_FORMAT' ? found.unknown : found.damaged).push(error);
    }
  }
  return found;
}

/** Reads one slot. @throws {BackupError} `OBJECT_MISSING`, and what `parseSlot` throws. */
export async function readSlot(sealed: SealedStore, name: string): Promise<StoredSlot> {
  return { name, ...parseSlot(await readStored(sealed.store, name, { maxBytes: MAX_SLOT_BYTES }), name) };
}

/** Opens a slot; `undefined` when the secret is not the one it was made with. */
export async function openWith(
  sealed: SealedStore,
  slot: StoredSlot,
  secret: SlotSecret,
): Promise<SlotContent | undefined> {
  if (slot.parameters.type !== secret.type) return undefined;
  const bytes = 'secret' in secret ? secret.secret : await secretFrom(slot.parameters.wrap, secret.identities);
  if (bytes === undefined) return undefined;
  return await openSlot(sealed.repositoryId, slot.name, { ...slot, secret: bytes });
}

/** A slot that a secret has opened. */
export interface OpenedSlot extends SlotContent {
  /** 16 hex digits. */
  readonly id: string;
}

/** All slots that the secret fits: while keys are being rotated there may be two, with two root keys. */
export async function* openedSlots(
  sealed: SealedStore,
  secret: SlotSecret,
  { slots }: Pick<StoredSlots, 'slots'>,
): AsyncGenerator<OpenedSlot, void, undefined> {
  for (const slot of slots) {
    const content = await openWith(sealed, slot, secret);
    if (content !== undefined && isSlotId(slotId(slot.name))) yield { id: slotId(slot.name), ...content };
  }
}

/** Why none of the slots has led to a root key that counts. */
export function noSlotOpens(type: SlotType, { slots, damaged, unknown }: StoredSlots): BackupError {
  if (damaged[0] !== undefined) return damaged[0];
  const newer = unknown.length === 0 ? '' : `; ${unknown.length} more need a newer version of this program`;
  return new BackupError(
    'WRONG_KEY',
    `Expected ${describe(type)} that opens this repository, got one that opens none of its ${slots.length} key slots${newer}`,
    { hint: 'Check the key, and that this is the repository you mean. The key may have been removed.' },
  );
}

const TYPES: Readonly<Record<SlotType, string>> = {
  [SLOT.keyFile]: 'key file',
  [SLOT.passphrase]: 'passphrase',
  [SLOT.recoveryCode]: 'recovery code',
  [SLOT.age]: 'age recipients',
};

/** For listings: the name of a type, also of one that this version does not know. */
export const typeName = (type: number): string => TYPES[type as SlotType] ?? `unknown type ${type}`;

/** For messages. */
function describe(type: SlotType): string {
  return type === SLOT.age ? 'an identity of age' : `a ${typeName(type)}`;
}
