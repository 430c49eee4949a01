import { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { KEYRING, KEYS_ELSEWHERE } from '../layout/names.ts';
import type { RepositorySettings } from './contract.ts';
import { storeOf } from './settings.ts';

/** Where the keyring is: in the key store if there is one, else where the data is. @throws {BackupError} `INVALID_OPTION`. */
export async function ringOf(
  sealed: SealedStore,
  { keyStore }: Pick<RepositorySettings, 'keyStore'>,
): Promise<SealedStore> {
  if (keyStore === undefined) return sealed;
  const store = await storeOf(keyStore);
  if (store === sealed.store || (store.url === sealed.store.url && store.url !== 'memory:')) {
    throw new BackupError('INVALID_OPTION', `Expected a key store other than the store, got ${store.url} for both`, {
      hint: 'Leave it out to have the keys where the data is.',
    });
  }
  return new SealedStore(store, sealed.repositoryId.toString('hex'));
}

/** Opens the keyring. When it is missing, says where it may be. @throws {BackupError} `KEY_STORE_REQUIRED`, what `open` throws. */
export async function whereTheRingIs<T>(sealed: SealedStore, ring: SealedStore, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    const isMissing = isBackupError(cause, 'OBJECT_MISSING') && cause.object?.startsWith(KEYRING) === true;
    if (!isMissing) throw cause;
    const isElsewhere = (await sealed.store.stat(KEYS_ELSEWHERE)) !== undefined;
    if (ring === sealed && !isElsewhere) throw cause;
    if (ring === sealed)
      throw new BackupError(
        'KEY_STORE_REQUIRED',
        `Expected the key store of the repository at ${sealed.store.url}, got none`,
        {
          cause,
          hint: 'Its keys were put elsewhere when it was made. Name that place (`keyStore`, --key-store).',
        },
      );
    const hint = isElsewhere
      ? 'Is that the key store that it was made with? Without its keys nothing can be read.'
      : 'The keys of this repository are where its data is: leave the key store out.';
    throw new BackupError('OBJECT_MISSING', `Expected the keyring of the repository in ${ring.store.url}, got none`, {
      cause,
      object: cause.object,
      hint,
    });
  }
}
