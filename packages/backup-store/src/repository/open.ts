import { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { configInForce } from '../identity/config.ts';
import { readMarker } from '../identity/marker.ts';
import { type OpenedKeyring, openKeyring } from '../keyring/open-keyring.ts';
import { passphraseSecret, slotSecret } from '../keyring/unlock.ts';
import { slotId } from '../layout/names.ts';
import type { OpenRepositoryOptions, Repository } from './contract.ts';
import { OpenRepository } from './open-repository.ts';
import { ringOf, whereTheRingIs } from './key-store.ts';
import { storeOf } from './settings.ts';

/**
 * Opens a repository. Nothing is read of its content until it is asked for.
 *
 * @throws {BackupError} `NOT_A_REPOSITORY`, `WRONG_KEY`, `KEY_REQUIRED`, `INVALID_KEY_FILE`, `UNSUPPORTED_FORMAT`,
 * `REPOSITORY_CHANGED`, `KEY_STORE_REQUIRED`, `OBJECT_DAMAGED`, `OBJECT_MISSING`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * for (const snapshot of await repository.snapshots()) console.log(snapshot.id, snapshot.startedAt);
 * ```
 */
export async function openRepository(options: OpenRepositoryOptions): Promise<Repository> {
  const store = await storeOf(options.store);
  const { id } = await readMarker(store);
  const sealed = new SealedStore(store, id);
  const ring = await ringOf(sealed, options);
  const { keyring, own, stored } = await whereTheRingIs(sealed, ring, async () => await unlock(sealed, ring, options));
  const config = await configInForce(sealed, keyring);
  const repository = new OpenRepository({ sealed, ring, config, keyring, own }, options);
  await repository.pin();
  repository.announce('repository.opened');
  for (const { object = '' } of stored.unknown) repository.announceSkipped(slotId(object));
  return repository;
}

async function unlock(sealed: SealedStore, ring: SealedStore, options: OpenRepositoryOptions): Promise<OpenedKeyring> {
  if (options.unlock !== undefined)
    return await openKeyring(sealed, await slotSecret(options.unlock, sealed.repositoryId.toString('hex')), ring);
  try {
    return await openKeyring(sealed, passphraseSecret(''), ring);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'WRONG_KEY') throw cause;
    throw new BackupError(
      'KEY_REQUIRED',
      `Expected a key for the encrypted repository at ${sealed.store.url}, got none`,
      {
        hint: 'Give its key file, passphrase or recovery code, or an identity of age.',
      },
    );
  }
}
