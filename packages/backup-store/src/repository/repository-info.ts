import { FORMAT_VERSION } from '../envelope/header.ts';
import { typeName } from '../keyring/slots.ts';
import { countingSlots } from '../keys/change-keys.ts';
import type { RepositoryInfo } from './contract.ts';
import type { Opened } from './open-repository.ts';

/** What a repository says of itself. */
export async function repositoryInfo({ sealed, ring, config, keyring }: Opened): Promise<RepositoryInfo> {
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
