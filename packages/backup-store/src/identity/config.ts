import { canonicalJson, parseJson } from '../bytes/canonical-json.ts';
import { CHUNK_SIZES, type ChunkSizes } from '../chunker/gear.ts';
import { KIND } from '../envelope/header.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { SealedLedger } from '../keyring/sealed-ledger.ts';
import { subkey } from '../keyring/subkeys.ts';
import { CONFIG, KEYRING } from '../layout/names.ts';

/** What holds for a whole repository. Sealed with a subkey of the root key, so nobody switches a protection off. */
export interface RepositoryConfig {
  readonly repositoryId: string;
  /** `false`: the root key can be had with the empty passphrase. */
  readonly encrypted: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly chunks: ChunkSizes;
}

/** Where the configuration is kept. */
export const configLedger = (sealed: SealedStore, rootKey: Uint8Array): SealedLedger =>
  new SealedLedger(sealed, CONFIG, { kind: KIND.config, subkey: subkey(rootKey, 'config') });

/** Writes the first configuration. */
export async function createConfig(
  sealed: SealedStore,
  rootKey: Uint8Array,
  options: { encrypted: boolean; createdAt: string },
): Promise<RepositoryConfig> {
  const config: RepositoryConfig = {
    repositoryId: sealed.repositoryId.toString('hex'),
    ...options,
    chunks: CHUNK_SIZES,
  };
  if (!(await configLedger(sealed, rootKey).append(1, Buffer.from(canonicalJson(config))))) {
    throw new BackupError(
      'ALREADY_EXISTS',
      `Expected no ${CONFIG}/ at ${sealed.store.url}, got one of a repository without marker`,
      {
        hint: 'Empty the place, or name another one.',
      },
    );
  }
  return config;
}

/** @throws {BackupError} `OBJECT_MISSING`, `OBJECT_DAMAGED`, `OBJECT_INVALID`. */
export async function readConfig(sealed: SealedStore, rootKey: Uint8Array): Promise<RepositoryConfig> {
  const { name, content } = await configLedger(sealed, rootKey).latest();
  return checkConfig(sealed, parseJson(content, name), name);
}

/**
 * The configuration in force: that in the keyring, where the root key was rotated, as a holder of the former one could write another.
 *
 * @throws {BackupError} `OBJECT_MISSING`, `OBJECT_DAMAGED`, `OBJECT_INVALID`.
 */
export async function configInForce(sealed: SealedStore, keyring: Keyring): Promise<RepositoryConfig> {
  const { config } = keyring.record;
  if (config === undefined) return await readConfig(sealed, keyring.rootKey);
  return checkConfig(sealed, config as Record<string, unknown>, `${KEYRING}/`);
}

/** @throws {BackupError} `OBJECT_INVALID`. */
function checkConfig(
  sealed: SealedStore,
  content: Readonly<Record<string, unknown>> | null,
  name: string,
): RepositoryConfig {
  const { repositoryId, encrypted, createdAt, chunks } = content ?? {};
  const { min, average, max } = (chunks ?? {}) as Record<string, unknown>;
  const sizes = [min, average, max].map(Number);
  const ordered =
    sizes.every((size) => Number.isSafeInteger(size) && size >= 4096 && size <= 32 * 1024 * 1024) &&
    Number(min) < Number(average) &&
    Number(average) < Number(max);
  if (
    repositoryId !== sealed.repositoryId.toString('hex') ||
    typeof encrypted !== 'boolean' ||
    typeof createdAt !== 'string' ||
    !ordered
  ) {
    throw new BackupError('OBJECT_INVALID', `Expected ${name} to configure this repository`, { object: name });
  }
  return {
    repositoryId,
    encrypted,
    createdAt,
    chunks: { min: Number(min), average: Number(average), max: Number(max) },
  };
}
