import { timingSafeEqual } from 'node:crypto';

import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { SlotRecord } from '../keyring/keyring-record.ts';
import type { OwnKey } from '../keyring/open-keyring.ts';
import { openWith, readSlot } from '../keyring/slots.ts';
import type { SlotSecret } from '../keyring/unlock.ts';
import { slotName } from '../layout/names.ts';

/** What is to be proven of some slots. */
export interface Proof {
  /** The slots that will count. */
  readonly slots: readonly Pick<SlotRecord, 'id'>[];
  /** Secrets at hand. */
  readonly secrets: readonly SlotSecret[];
  readonly rootKey: Uint8Array;
}

/**
 * Opens slots as they are stored until one gives the root key.
 *
 * @returns The slot, and the secret that opens it.
 * @throws {BackupError} `LAST_KEY` when none does.
 */
export async function proveAccess(sealed: SealedStore, { slots, secrets, rootKey }: Proof): Promise<OwnKey> {
  for (const { id } of slots) {
    const slot = await readSlot(sealed, slotName(id)).catch((error: unknown) => {
      if (error instanceof BackupError) return undefined;
      throw error;
    });
    if (slot === undefined) continue;
    for (const secret of secrets) {
      const content = await openWith(sealed, slot, secret);
      if (content !== undefined && timingSafeEqual(content.rootKey, rootKey)) return { id, secret };
    }
  }
  throw new BackupError(
    'LAST_KEY',
    slots.length === 0
      ? 'Expected to leave a key that opens the repository, got none'
      : `Expected one of the ${slots.length} keys that are left to be proven, got none`,
    {
      hint: 'Nothing was changed. Open the repository with a key that is to stay, or add one first, so that nobody is locked out.',
    },
  );
}
