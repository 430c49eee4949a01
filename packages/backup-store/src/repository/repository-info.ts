import { FORMAT_VERSION } from '../envelope/header.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { typeName } from '../keyring/slots.ts';
import { countingSlots } from '../keys/change-keys.ts';
import type { RepositoryInfo } from './contract.ts';

/** What a repository says of itself. */
export async function repositoryInfo(opened: {
  readonly sealed: SealedStore;
  readonly ring: SealedStore;
  readonly config: RepositoryConfig;
  readonly keyring: Keyring;
}): Promise<RepositoryInfo> {
  const { sealed, ring, config, keyring } = opened;
  const slots = await countingSlots({ sealed, keyring });
  return {
    id: config.repositoryId,
    url: sealed.store.url,
    ...(ring === sealed ? {} : { keyStoreUrl: ring.store.url }),
    formatVersion: FORMAT_VERSION,
    encrypted: config.encrypted,
    createdAt: config.createdAt,
    encryption: config.encrypted ? 'AES-256-GCM' : 'none',
    tenants: keyring.tenants.map(({ name }) => name),
    slots: slots.map(({ id, type }) => ({ id, type: typeName(type) })),
  };
}
