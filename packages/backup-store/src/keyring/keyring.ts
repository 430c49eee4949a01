import { canonicalJson, parseJson } from '../bytes/canonical-json.ts';
import { KIND } from '../envelope/header.ts';
import type { Seal, SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { KEYRING } from '../layout/names.ts';
import { type KeyringRecord, keyringRecord } from './keyring-record.ts';
import { SealedLedger } from './sealed-ledger.ts';
import { subkey } from './subkeys.ts';
import { newTenant, Tenant } from './tenant.ts';
import { tenantMissing } from './tenant-missing.ts';
import { tenantName, wantedName } from './tenant-name.ts';

const MAX_RACES = 20;

/** Where tenants and their keys are kept. */
export function keyringLedger(sealed: SealedStore, rootKey: Uint8Array): SealedLedger {
  const seal: Seal = { kind: KIND.keyring, subkey: subkey(rootKey, 'keyring') };
  return new SealedLedger(sealed, KEYRING, seal);
}

/** Finds the root key anew, after somebody has rotated it; `undefined` when the secret at hand leads to none that counts. */
export type RenewRootKey = () => Promise<Buffer | undefined>;

/** All tenants, their keys and the slots that count, sealed with a subkey of the root key: a ledger, of which the newest record counts. */
export class Keyring {
  readonly #sealed: SealedStore;
  #rootKey: Uint8Array;
  #ledger: SealedLedger;
  #record: KeyringRecord = { tenants: [] };
  #tenants: readonly Tenant[] = [];
  #number = 0;
  /** Set by whoever has kept the secret. */
  renew: RenewRootKey | undefined;

  constructor(sealed: SealedStore, rootKey: Uint8Array) {
    this.#sealed = sealed;
    this.#rootKey = rootKey;
    this.#ledger = keyringLedger(sealed, rootKey);
  }

  /** The root key in force, as far as this keyring knows. */
  get rootKey(): Uint8Array {
    return this.#rootKey;
  }

  /** Number of the newest record that was read. */
  get number(): number {
    return this.#number;
  }

  get record(): KeyringRecord {
    return this.#record;
  }

  /** Of those that have the same keys one each: whose data is whose, only snapshots tell. */
  get domains(): readonly Tenant[] {
    const seen = new Set<string>();
    return this.#tenants.filter(({ label }) => !seen.has(label) && seen.add(label));
  }

  /** Those that may be used: not the ones that are being erased. */
  get tenants(): readonly Tenant[] {
    return this.#tenants;
  }

  /** @throws {BackupError} `OBJECT_MISSING` when there is no record, `OBJECT_INVALID`. */
  async load(): Promise<number> {
    const before = this.#ledger;
    const { number, name, content } = await this.#latest();
    // A number stands for one record: whoever has taken it over need not do so again, and derive all keys anew.
    if (number !== this.#number || before !== this.#ledger)
      this.#take(number, keyringRecord(parseJson(content, name), name));
    return number;
  }

  async #latest(): ReturnType<SealedLedger['latest']> {
    const tried = this.#rootKey;
    try {
      return await this.#ledger.latest();
    } catch (error) {
      if (!isBackupError(error, 'OBJECT_DAMAGED')) throw error;
      const rootKey = await this.renew?.();
      if (rootKey === undefined || rootKey.equals(tried)) throw error;
      this.#use(rootKey);
      return await this.#ledger.latest();
    }
  }

  #use(rootKey: Uint8Array): void {
    this.#rootKey = rootKey;
    this.#ledger = keyringLedger(this.#sealed, rootKey);
  }

  #take(number: number, record: KeyringRecord): void {
    this.#record = record;
    this.#tenants = record.tenants.filter(({ erasing }) => erasing === undefined).map((each) => new Tenant(each));
    this.#number = number;
  }

  /**
   * Puts a record in the place of another one, unless somebody else was faster.
   *
   * @param from `number`: the record that it is made of, by default the newest that was read. `rootKey`: from this record on.
   * @returns Whether it counts. If not, nothing has changed: load, and decide anew.
   */
  async replace(
    record: KeyringRecord,
    from: { readonly number?: number | undefined; readonly rootKey?: Uint8Array | undefined } = {},
  ): Promise<boolean> {
    const { number = this.#number, rootKey = this.#rootKey } = from;
    const content = Buffer.from(canonicalJson(record));
    const ledger = rootKey === this.#rootKey ? this.#ledger : keyringLedger(this.#sealed, rootKey);
    if (!(await ledger.append(number + 1, content))) return false;
    // Unless a later one was read meanwhile.
    if (this.#number > number) return true;
    if (rootKey !== this.#rootKey) this.#use(rootKey);
    this.#take(number + 1, record);
    return true;
  }

  /**
   * Destroys all records before the newest that was read: no key that is not in that one is left.
   *
   * @returns How many objects were overwritten.
   */
  async destroyOlder(): Promise<number> {
    return await this.#ledger.destroyBefore(this.#number);
  }

  /** Finds a tenant by name. */
  find(name: string): Tenant | undefined {
    const wanted = wantedName(name);
    return this.#tenants.find((tenant) => tenant.name === wanted);
  }

  /**
   * Finds a tenant, or makes one with new random keys: but not where tenants are added by hand, and none that was erased.
   *
   * @throws {BackupError} `INVALID_OPTION`, `TENANT_NOT_FOUND`, `TENANT_ERASED`.
   */
  async findOrAdd(text: string, createdAt: string): Promise<Tenant> {
    const name = tenantName(text);
    const known = this.find(name);
    if (known !== undefined) return known;
    for (let race = 0; race < MAX_RACES; race++) {
      // Another process may have added tenants since.
      if (this.#tenants.length > 0) await this.load();
      const found = this.find(name);
      if (found !== undefined) return found;
      const { erased = [], tenants: all, addedByHand } = this.#record;
      if (addedByHand === true || [...all, ...erased].some((each) => each.name === name))
        throw tenantMissing(this.#record, name);
      const tenants = [...all, newTenant(name, createdAt)];
      if (await this.replace({ ...this.#record, tenants })) return this.find(name) as Tenant;
    }
    throw new BackupError('INVALID_OPTION', `Expected to add tenant ${name}, lost ${MAX_RACES} races`, {
      hint: 'Try again.',
    });
  }
}
