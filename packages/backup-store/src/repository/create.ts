import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';

import type { ObjectStore } from '@x/storage';

import { newRepositoryId, SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { createConfig, type RepositoryConfig } from '../identity/config.ts';
import { createMarker } from '../identity/marker.ts';
import { Keyring } from '../keyring/keyring.ts';
import type { OwnKey } from '../keyring/open-keyring.ts';
import type { SlotContent } from '../keyring/slot.ts';
import { newTenant } from '../keyring/tenant.ts';
import { passphraseSecret } from '../keyring/unlock.ts';
import { derivedKey, makeKey, type NewKey, slotOf } from '../keys/new-key.ts';
import { KEYS_ELSEWHERE, MARKER, MARKER_COPY, newSlotId, slotName } from '../layout/names.ts';
import { keepReserve } from '../prune/reserve.ts';
import { systemClock } from '../run/clock.ts';
import type { CreatedRepository, CreateRepositoryOptions } from './contract.ts';
import { OpenRepository } from './open-repository.ts';
import { ringOf } from './key-store.ts';
import { performanceOf, storeOf } from './settings.ts';

const DEFAULT_TENANT = 'default';

/** An object that a creation has made. */
interface Made {
  readonly store: ObjectStore;
  readonly key: string;
}

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
  const sealed = new SealedStore(store, id);
  const ring = await ringOf(sealed, options);
  const keys = await newKeys(options, { encrypted, id, createdMs: content.createdMs });
  const keyring = new Keyring(ring, content.rootKey);
  const made: Made[] = [];
  let root: { readonly config: RepositoryConfig; readonly own: OwnKey };
  try {
    const noted = new SealedStore(noting(store, made), id);
    const notedRing = ring === sealed ? noted : new SealedStore(noting(ring.store, made), id);
    root = await makeObjects(noted, notedRing, { content, keys, encrypted });
    await keyring.load();
  } catch (error) {
    await undo(made, options.keyFile);
    throw error;
  }
  const repository = new OpenRepository({ sealed, ring, keyring, ...root }, options);
  await repository.pin();
  repository.announce('repository.created');
  return { repository, recoveryCode: keys.find((key) => key.recoveryCode !== undefined)?.recoveryCode };
}

/** What is to open it; writes the key file, last of all. */
async function newKeys(
  options: CreateRepositoryOptions,
  what: { readonly encrypted: boolean; readonly id: string; readonly createdMs: number },
): Promise<readonly NewKey[]> {
  const { encrypted, id, createdMs } = what;
  if (!encrypted) return [await derivedKey(passphraseSecret(''), { createdMs })];
  const keys: NewKey[] = [];
  const { passphrase, keyFile } = options;
  if (passphrase !== undefined) keys.push(await makeKey({ passphrase }, { createdMs }, id));
  if (options.recoveryCode !== false) keys.push(await makeKey({ recoveryCode: true }, { createdMs }, id));
  if (keyFile !== undefined) keys.push(await makeKey({ keyFile }, { createdMs }, id));
  return keys;
}

async function makeObjects(
  sealed: SealedStore,
  ring: SealedStore,
  what: { content: SlotContent; keys: readonly NewKey[]; encrypted: boolean },
): Promise<{ config: RepositoryConfig; own: OwnKey }> {
  const { content, encrypted } = what;
  const createdAt = new Date(content.createdMs).toISOString();
  const keys = what.keys.map((key) => ({ key, id: newSlotId() }));
  // The marker is what makes it a repository: it decides a race of two that are made at one place, and losers stop here.
  await createMarker(sealed.store, sealed.repositoryId.toString('hex'));
  for (const { key, id } of keys) await sealed.store.createIfAbsent(slotName(id), slotOf(sealed, key, { id, content }));
  const config = await createConfig(sealed, content.rootKey, { encrypted, createdAt });
  const slots = keys.map(({ key, id }) => ({ ...key.record, id }));
  if (ring !== sealed) await sealed.store.createIfAbsent(KEYS_ELSEWHERE, randomBytes(32));
  const first = { tenants: [newTenant(DEFAULT_TENANT, createdAt)], slots };
  if (!(await new Keyring(ring, content.rootKey).replace(first)))
    throw new BackupError('ALREADY_EXISTS', `Expected no keyring at ${ring.store.url}, got one of another repository`, {
      hint: 'Each repository needs a place of its own for its keys.',
    });
  await keepReserve(sealed.store);
  // The last one, as it takes no time to derive.
  const own = keys.at(-1) as { readonly key: NewKey; readonly id: string };
  return { config, own: { id: own.id, secret: own.key.secret as OwnKey['secret'] } };
}

/** The store, noting in `made` what it creates. */
function noting(store: ObjectStore, made: Made[]): ObjectStore {
  return {
    url: store.url,
    capabilities: store.capabilities,
    createIfAbsent: async (key, body, call) => {
      const outcome = await store.createIfAbsent(key, body, call);
      if (outcome.created) made.push({ store, key });
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
async function undo(made: readonly Made[], keyFile: string | undefined): Promise<void> {
  for (const { store, key } of made.toReversed()) await store.delete(key).catch(() => undefined);
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
