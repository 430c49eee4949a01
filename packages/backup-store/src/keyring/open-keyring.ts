import type { SealedStore } from '../envelope/sealed-store.ts';
import { isBackupError } from '../errors.ts';
import { Keyring } from './keyring.ts';
import { noSlotOpens, openedSlots, readSlots, type StoredSlots } from './slots.ts';
import type { SlotSecret } from './unlock.ts';

/** How often slots are listed anew, when somebody changes them at the same time. */
const MAX_ATTEMPTS = 5;

/** The secret at hand and its slot: what proves that one can get in again. */
export interface OwnKey {
  readonly secret: SlotSecret;
  /** 16 hex digits. */
  readonly id: string;
}

/** A keyring that a secret has opened. */
export interface OpenedKeyring {
  readonly keyring: Keyring;
  readonly own: OwnKey;
  readonly stored: StoredSlots;
}

/**
 * Finds the slot that the secret opens and that counts, and reads the newest keyring with the root key in it. A slot whose root
 * key opens no keyring was left over by a rotation; one that the keyring does not name was removed, or never finished.
 *
 * @param ring Where the keyring is, if not beside the slots.
 * @throws {BackupError} `WRONG_KEY`; a slot's own error when no other one opens; what is wrong with the keyring.
 */
export async function openKeyring(
  sealed: SealedStore,
  secret: SlotSecret,
  ring: SealedStore = sealed,
): Promise<OpenedKeyring> {
  let seen = '';
  for (let attempt = 1; ; attempt++) {
    const stored = await readSlots(sealed);
    const names = namesOf(stored);
    const found = await tryAll({ sealed, ring }, secret, stored);
    if ('keyring' in found) return { ...found, stored };
    // What was listed may have been taken away, and its successor have come, before it was read.
    if (names === seen || attempt === MAX_ATTEMPTS) throw found.failure;
    seen = names;
  }
}

const namesOf = ({ slots, damaged, unknown }: StoredSlots): string =>
  [...slots.map(({ name }) => name), ...[...damaged, ...unknown].map(({ object }) => object)].join(' ');

async function tryAll(
  { sealed, ring }: { readonly sealed: SealedStore; readonly ring: SealedStore },
  secret: SlotSecret,
  stored: StoredSlots,
): Promise<{ readonly keyring: Keyring; readonly own: OwnKey } | { readonly failure: Error }> {
  let failure: Error | undefined;
  for await (const { id, rootKey } of openedSlots(sealed, secret, stored)) {
    const keyring = new Keyring(ring, rootKey);
    try {
      await keyring.load();
    } catch (error) {
      if (!isBackupError(error, 'OBJECT_DAMAGED')) throw error;
      failure ??= error;
      continue;
    }
    const { slots } = keyring.record;
    if (slots === undefined || slots.some((slot) => slot.id === id)) return { keyring, own: { id, secret } };
  }
  return { failure: failure ?? noSlotOpens(secret.type, stored) };
}
