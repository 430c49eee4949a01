import { createSecretKey, type KeyObject } from 'node:crypto';

import { subkey, type TenantLabel } from './subkeys.ts';

/** A tenant as the keyring records it. */
export interface TenantRecord {
  /** 16 hex digits, random: the only trace of the tenant in names of objects. */
  readonly label: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** 32 bytes, base64: reads and writes. */
  readonly key: string;
  /** 32 bytes, base64: forgets and prunes. Writers and readers need not have it. */
  readonly keeperKey: string;
}

/** A tenant whose keys are at hand. */
export class Tenant {
  readonly record: TenantRecord;
  readonly name: string;
  /** 16 hex digits. */
  readonly label: string;
  readonly labelBytes: Buffer;
  readonly #subkeys = new Map<TenantLabel, Buffer>();
  #idKey: KeyObject | undefined;

  constructor(record: TenantRecord) {
    this.record = record;
    this.name = record.name;
    this.label = record.label;
    this.labelBytes = Buffer.from(record.label, 'hex');
  }

  subkey(label: TenantLabel): Buffer {
    let key = this.#subkeys.get(label);
    if (key === undefined) {
      key = subkey(Buffer.from(this.record.key, 'base64'), label);
      this.#subkeys.set(label, key);
    }
    return key;
  }

  get keeperKey(): Buffer {
    return Buffer.from(this.record.keeperKey, 'base64');
  }

  /** For blob ids. */
  get idKey(): KeyObject {
    this.#idKey ??= createSecretKey(this.subkey('id'));
    return this.#idKey;
  }

  /** Names the key in snapshot records without saying anything of it. 16 hex digits. */
  get keyId(): string {
    return this.subkey('key-id').subarray(0, 8).toString('hex');
  }
}
