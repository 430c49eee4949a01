import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

import { subkey, type TenantLabel } from './subkeys.ts';

/** Keys of a tenant. */
export interface TenantKeys {
  /** 32 bytes, base64: reads and writes. */
  readonly key: string;
  /** 32 bytes, base64: forgets and prunes. Writers and readers need not have it. */
  readonly keeperKey: string;
}

/** An erasure that was begun: from then on nobody uses the tenant. */
export interface ErasureRecord {
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  /** What was said of places that this program can't look into, as it is in the certificate. */
  readonly destinations?: Readonly<Record<string, unknown>> | undefined;
}

/** What is kept of a tenant beside its keys. Members that this version does not know are kept. */
export interface TenantState {
  readonly quotaBytes?: number | undefined;
  /** A policy of `@x/retention`, as data. */
  readonly retention?: Readonly<Record<string, unknown>> | undefined;
  readonly hold?: { readonly reason: string; readonly by: string; readonly at: string } | undefined;
}

/** A tenant as the keyring records it. */
export interface TenantRecord extends TenantKeys, TenantState {
  /** 16 hex digits, random: the only trace of the tenant in names of objects. Tenants with one label have the same keys. */
  readonly label: string;
  /** 16 hex digits, random: of a tenant that came to the label of another one; else the label is the id. */
  readonly id?: string | undefined;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** What was used before keys were rotated, newest first. Nothing new is sealed with them. */
  readonly olderKeys?: readonly TenantKeys[] | undefined;
  readonly erasing?: ErasureRecord | undefined;
}

/** A new tenant, with random keys. */
export function newTenant(name: string, createdAt: string): TenantRecord {
  return { label: randomBytes(8).toString('hex'), name, createdAt, ...newKeys() };
}

/** A new tenant with the keys and the label of another one. */
export function sharingTenant(name: string, createdAt: string, other: TenantRecord): TenantRecord {
  const { label, key, keeperKey, olderKeys } = other;
  return { label, id: randomBytes(8).toString('hex'), name, createdAt, key, keeperKey, olderKeys };
}

/** What a tenant is called in records of snapshots. */
export const tenantId = ({ id, label }: Pick<TenantRecord, 'id' | 'label'>): string => id ?? label;

/** The tenants with new keys for all that is written from now on; those that had the same ones have the same again. */
export function withNewKeys(records: readonly TenantRecord[]): readonly TenantRecord[] {
  const made = new Map<string, TenantKeys>();
  return records.map((record) => {
    const { label, key, keeperKey, olderKeys = [] } = record;
    const keys = made.get(label) ?? newKeys();
    made.set(label, keys);
    return { ...record, ...keys, olderKeys: [{ key, keeperKey }, ...olderKeys] };
  });
}

const newKeys = (): TenantKeys => ({
  key: randomBytes(32).toString('base64'),
  keeperKey: randomBytes(32).toString('base64'),
});

/**
 * What must not change when keys are rotated, or nothing would be found again: ids of blobs, where files are cut, what
 * a machine remembers, and marks of erased records. They seal nothing in a store.
 */
const LASTING: ReadonlySet<TenantLabel> = new Set(['id', 'gear', 'checks', 'erased']);

/** A tenant whose keys are at hand. */
export class Tenant {
  readonly record: TenantRecord;
  readonly name: string;
  /** 16 hex digits, in records of snapshots. */
  readonly id: string;
  /** 16 hex digits, in names of objects. */
  readonly label: string;
  readonly labelBytes: Buffer;
  readonly #keys: readonly TenantKeys[];
  readonly #subkeys = new Map<TenantLabel, readonly Buffer[]>();
  #idKey: KeyObject | undefined;

  constructor(record: TenantRecord) {
    this.record = record;
    this.name = record.name;
    this.id = tenantId(record);
    this.label = record.label;
    this.labelBytes = Buffer.from(record.label, 'hex');
    this.#keys = [record, ...(record.olderKeys ?? [])];
  }

  /** Of the newest key, for all that is written; of the first one for what must last. */
  subkey(label: TenantLabel): Buffer {
    const all = this.subkeys(label);
    return (LASTING.has(label) ? all.at(-1) : all[0]) as Buffer;
  }

  /** Of all keys the tenant has had, newest first. */
  subkeys(label: TenantLabel): readonly Buffer[] {
    let all = this.#subkeys.get(label);
    if (all === undefined) {
      all = this.#keys.map(({ key }) => subkey(Buffer.from(key, 'base64'), label));
      this.#subkeys.set(label, all);
    }
    return all;
  }

  olderSubkeys(label: TenantLabel): readonly Buffer[] {
    return this.subkeys(label).slice(1);
  }

  get keeperKey(): Buffer {
    return Buffer.from(this.record.keeperKey, 'base64');
  }

  get olderKeeperKeys(): readonly Buffer[] {
    return this.#keys.slice(1).map(({ keeperKey }) => Buffer.from(keeperKey, 'base64'));
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
