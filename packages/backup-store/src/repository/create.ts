import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';

import type { ObjectStore } from '@x/storage';

import { newRepositoryId, SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { createConfig, type RepositoryConfig } from '../identity/config.ts';
import { createMarker } from '../identity/marker.ts';
import { writeKeyFile } from '../keyring/key-file.ts';
import { Keyring } from '../keyring/keyring.ts';
import { newRecoveryCode } from '../keyring/recovery-code.ts';
import { SLOT, type SlotContent } from '../keyring/slot.ts';
import { addSlot, passphraseSecret, type SlotSecret } from '../keyring/slots.ts';
import { MARKER, MARKER_COPY } from '../layout/names.ts';
import { keepReserve } from '../prune/reserve.ts';
import { systemClock } from '../run/clock.ts';
import type { CreatedRepository, CreateRepositoryOptions } from './contract.ts';
import { OpenRepository } from './open-repository.ts';
import { performanceOf, storeOf } from './settings.ts';

const DEFAULT_TENANT = 'default';

/**
 * Makes a repository: new random keys, a slot for each secret asked for, and the tenant `default`.
 *
 * @throws {BackupError} `ALREADY_EXISTS` (repository or key file), `INVALID_OPTION` (no secret at all), `PATH_FAILED`.
 *
 * @example
 * ```ts
 * import { createRepository } from '@x/backup-store';
 *
 * const { repository, recoveryCode } = await createRepository({ store: '/backups', keyFile: '/etc/holdfast/key' });
 * console.log(`Keep this in a safe place: ${recoveryCode}`);
 * await repository.backup({ paths: ['/srv/uploads'] });
 * await repository.close();
 * ```
 */
export async function createRepository(options: CreateRepositoryOptions): Promise<CreatedRepository> {
  const encrypted = options.encrypted ?? true;
  checkSecrets(options, encrypted);
  performanceOf(options.performance);
  const store = await storeOf(options.store);
  const clock = options.clock ?? systemClock;
  const taken = await Promise.all([MARKER, MARKER_COPY].map(async (name) => await store.stat(name)));
  if (taken.some((found) => found !== undefined)) await createMarker(store, newRepositoryId());
  const id = newRepositoryId();
  const content = { rootKey: randomBytes(32), createdMs: clock() };
  const { secrets, recoveryCode } = await newSecrets(options, encrypted, id);
  const sealed = new SealedStore(store, id);
  const keyring = new Keyring(sealed, content.rootKey);
  const made: string[] = [];
  let config: RepositoryConfig;
  try {
    config = await makeObjects(new SealedStore(noting(store, made), id), { content, secrets, encrypted });
    await keyring.load();
  } catch (error) {
    await undo(store, made, options.keyFile);
    throw error;
  }
  const repository = new OpenRepository({ sealed, config, keyring, rootKey: content.rootKey }, options);
  await repository.pin();
  repository.announce('repository.created');
  return { repository, recoveryCode };
}

/** The secrets that are to open it; writes the key file. */
async function newSecrets(
  options: CreateRepositoryOptions,
  encrypted: boolean,
  id: string,
): Promise<{ secrets: SlotSecret[]; recoveryCode: string | undefined }> {
  const secrets: SlotSecret[] = [];
  if (!encrypted) secrets.push(passphraseSecret(''));
  if (options.passphrase !== undefined) secrets.push(passphraseSecret(options.passphrase));
  const recovery = encrypted && options.recoveryCode !== false ? newRecoveryCode() : undefined;
  if (recovery !== undefined) secrets.push({ type: SLOT.recoveryCode, secret: recovery.secret });
  if (options.keyFile !== undefined)
    secrets.push({ type: SLOT.keyFile, secret: (await writeKeyFile(options.keyFile, id)).secret });
  return { secrets, recoveryCode: recovery?.code };
}

async function makeObjects(
  sealed: SealedStore,
  what: { content: SlotContent; secrets: readonly SlotSecret[]; encrypted: boolean },
): Promise<RepositoryConfig> {
  const { content, secrets, encrypted } = what;
  const createdAt = new Date(content.createdMs).toISOString();
  // The marker is what makes it a repository: it decides a race of two that are made at one place, and losers stop here.
  await createMarker(sealed.store, sealed.repositoryId.toString('hex'));
  for (const secret of secrets) await addSlot(sealed, secret, content);
  const config = await createConfig(sealed, content.rootKey, { encrypted, createdAt });
  await new Keyring(sealed, content.rootKey).findOrAdd(DEFAULT_TENANT, createdAt);
  await keepReserve(sealed.store);
  return config;
}

/** The store, noting in `made` what it creates. */
function noting(store: ObjectStore, made: string[]): ObjectStore {
  return {
    url: store.url,
    capabilities: store.capabilities,
    createIfAbsent: async (key, body, call) => {
      const outcome = await store.createIfAbsent(key, body, call);
      if (outcome.created) made.push(key);
      return outcome;
    },
    get: async (key, call) => await store.get(key, call),
    stat: async (key, call) => await store.stat(key, call),
    list: async (prefix, call) => await store.list(prefix, call),
    delete: async (key, call) => await store.delete(key, call),
    put: async (key, body, call) => await store.put(key, body, call),
    close: async () => await store.close(),
  };
}

/** Removes what an unfinished creation has made, and nothing else, as far as the store lets it; the marker last. */
async function undo(store: ObjectStore, made: readonly string[], keyFile: string | undefined): Promise<void> {
  for (const name of made.toReversed()) await store.delete(name).catch(() => undefined);
  if (keyFile !== undefined) await rm(keyFile, { force: true }).catch(() => undefined);
}

function checkSecrets(options: CreateRepositoryOptions, encrypted: boolean): void {
  if (options.passphrase === '') {
    throw new BackupError('INVALID_OPTION', 'Expected a passphrase that is not empty', {
      hint: 'For a repository without encryption say `encrypted: false`.',
    });
  }
  const any = options.keyFile !== undefined || options.passphrase !== undefined || options.recoveryCode !== false;
  if (encrypted && !any) {
    throw new BackupError('INVALID_OPTION', 'Expected a key file, a passphrase or a recovery code, got none', {
      hint: 'Without a secret nobody could read the repository.',
    });
  }
  if (!encrypted && (options.keyFile !== undefined || options.passphrase !== undefined)) {
    throw new BackupError(
      'INVALID_OPTION',
      'Expected no key file and no passphrase for a repository without encryption',
    );
  }
}
