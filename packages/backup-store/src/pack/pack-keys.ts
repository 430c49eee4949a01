import type { PackInfo } from '../blob-index/segment.ts';
import { objectKey } from '../envelope/header.ts';
import type { OpenObject } from '../envelope/range.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { packName } from '../layout/names.ts';
import { packContext } from './pack-directories.ts';

const MAX_KEYS = 4096;

/** Keys of packs, derived once each from what the index knows: a damaged header costs nothing. */
export class PackKeys {
  readonly #repositoryId: Uint8Array;
  readonly #tenant: Tenant;
  readonly #keys = new Map<string, OpenObject>();

  constructor(repositoryId: Uint8Array, tenant: Tenant) {
    this.#repositoryId = repositoryId;
    this.#tenant = tenant;
  }

  /** @throws {BackupError} `OBJECT_DAMAGED` when the index names a pack that was not written for this tenant. */
  open(pack: PackInfo): OpenObject {
    const name = packName(this.#tenant.label, pack.session, pack.id);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = objectKey(
      this.#tenant.subkeys(`pack/${pack.epoch}`),
      pack.identity,
      packContext(this.#repositoryId, this.#tenant, name),
    );
    const object = { key, size: pack.size, name };
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(name, object);
    return object;
  }
}
