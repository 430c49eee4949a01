import { randomBytes } from 'node:crypto';

import { canonicalJson, parseJson } from '../bytes/canonical-json.ts';
import { KIND } from '../envelope/header.ts';
import type { Seal, SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { KEYRING } from '../layout/names.ts';
import { SealedLedger } from './sealed-ledger.ts';
import { subkey } from './subkeys.ts';
import { Tenant, type TenantRecord } from './tenant.ts';

/** Most tenants a record may list. */
const MAX_TENANTS = 100_000;
const MAX_RACES = 20;

/** Where tenants and their keys are kept. */
export function keyringLedger(sealed: SealedStore, rootKey: Uint8Array): SealedLedger {
  const seal: Seal = { kind: KIND.keyring, subkey: subkey(rootKey, 'keyring') };
  return new SealedLedger(sealed, KEYRING, seal);
}

/** All tenants and their keys, sealed with a subkey of the root key: a ledger, of which the newest record counts. */
export class Keyring {
  readonly #ledger: SealedLedger;
  #tenants: readonly Tenant[] = [];
  #number = 0;

  constructor(sealed: SealedStore, rootKey: Uint8Array) {
    this.#ledger = keyringLedger(sealed, rootKey);
  }

  /** Number of the newest record that was read. */
  get number(): number {
    return this.#number;
  }

  get tenants(): readonly Tenant[] {
    return this.#tenants;
  }

  /** @throws {BackupError} `OBJECT_MISSING` when there is no record, `OBJECT_INVALID`. */
  async load(): Promise<number> {
    const { number, name, content } = await this.#ledger.latest();
    const { tenants } = parseJson(content, name);
    if (!Array.isArray(tenants) || tenants.length > MAX_TENANTS || !tenants.every(isTenantRecord)) {
      throw new BackupError('OBJECT_INVALID', `Expected ${name} to list tenants and their keys`, { object: name });
    }
    this.#tenants = tenants.map((record) => new Tenant(record));
    this.#number = number;
    return number;
  }

  /** Finds a tenant by name. */
  find(name: string): Tenant | undefined {
    return this.#tenants.find((tenant) => tenant.name === name);
  }

  /** Finds a tenant, or makes one with new random keys. */
  async findOrAdd(name: string, createdAt: string): Promise<Tenant> {
    checkTenantName(name);
    const known = this.find(name);
    if (known !== undefined) return known;
    for (let race = 0; race < MAX_RACES; race++) {
      // Another process may have added tenants since.
      const number = this.#tenants.length === 0 ? 0 : await this.load();
      const found = this.find(name);
      if (found !== undefined) return found;
      const tenants = [...this.#tenants.map((tenant) => tenant.record), newTenant(name, createdAt)];
      if (await this.#ledger.append(number + 1, Buffer.from(canonicalJson({ tenants })))) {
        this.#tenants = tenants.map((record) => new Tenant(record));
        this.#number = number + 1;
        return this.find(name) as Tenant;
      }
    }
    throw new BackupError('INVALID_OPTION', `Expected to add tenant ${name}, lost ${MAX_RACES} races`, {
      hint: 'Try again.',
    });
  }
}

function newTenant(name: string, createdAt: string): TenantRecord {
  return {
    label: randomBytes(8).toString('hex'),
    name,
    createdAt,
    key: randomBytes(32).toString('base64'),
    keeperKey: randomBytes(32).toString('base64'),
  };
}

/** @throws {BackupError} `INVALID_OPTION`. */
function checkTenantName(name: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (name.length === 0 || Buffer.byteLength(name) > 128 || /[\u0000-\u001f\u007f]/.test(name)) {
    throw new BackupError('INVALID_OPTION', 'Expected a tenant name of 1 to 128 bytes without control characters');
  }
}

function isTenantRecord(value: unknown): value is TenantRecord {
  if (value === null || typeof value !== 'object') return false;
  const { label, name, createdAt, key, keeperKey } = value as Record<string, unknown>;
  const isKey = (text: unknown): boolean => typeof text === 'string' && Buffer.from(text, 'base64').length === 32;
  return (
    typeof label === 'string' &&
    /^[0-9a-f]{16}$/.test(label) &&
    typeof name === 'string' &&
    typeof createdAt === 'string' &&
    isKey(key) &&
    isKey(keeperKey)
  );
}
