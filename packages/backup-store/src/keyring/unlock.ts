import { BackupError } from '../errors.ts';
import { readIdentityFile } from './identity-file.ts';
import { readKeyFile } from './key-file.ts';
import { parseRecoveryCode } from './recovery-code.ts';
import { SLOT, type SlotType } from './slot-parameters.ts';

/** A secret of bytes, and the type of slot it opens. */
export interface ByteSecret {
  readonly type: Exclude<SlotType, typeof SLOT.age>;
  readonly secret: Uint8Array;
}

/** What opens slots of one type. */
export type SlotSecret = ByteSecret | { readonly type: typeof SLOT.age; readonly identities: readonly string[] };

/** What a user unlocks with, as in the public options. */
export type UnlockWith =
  | { readonly keyFile: string }
  | { readonly passphrase: string }
  | { readonly recoveryCode: string }
  | { readonly identityFile: string; readonly passphrase?: string | undefined };

/**
 * @throws {BackupError} `INVALID_OPTION`, `PATH_FAILED`, `INVALID_KEY_FILE`, `KEY_REQUIRED` (an identity file that is
 * encrypted), `WRONG_KEY` (its passphrase, or a key file of another repository).
 */
export async function slotSecret(unlock: UnlockWith, repositoryId: string): Promise<SlotSecret> {
  if ('identityFile' in unlock)
    return { type: SLOT.age, identities: await readIdentityFile(unlock.identityFile, unlock.passphrase) };
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
export function passphraseSecret(passphrase: string): ByteSecret {
  return { type: SLOT.passphrase, secret: Buffer.from(passphrase.normalize('NFKC'), 'utf8') };
}
