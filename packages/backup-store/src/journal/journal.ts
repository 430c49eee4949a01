import type { SealedStore } from '../envelope/sealed-store.ts';
import { SealedLedger } from '../keyring/sealed-ledger.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { journalLedger } from '../layout/names.ts';
import { checkAborted } from '../run/abort.ts';
import { inParallel } from '../run/parallel.ts';
import { decodeEntry, encodeEntry, journalSeal, type StoredEntry } from './entry.ts';

const PARALLEL = 8;

/** An entry without its tenant. */
type NewEntry = StoredEntry extends infer Entry ? (Entry extends StoredEntry ? Omit<Entry, 'tenant'> : never) : never;

/** The journal of a tenant: a ledger of which every entry counts that names the tenant. */
export class Journal {
  readonly #ledger: SealedLedger;
  readonly #name: string;
  readonly #checkCount: (label: string, entries: number) => Promise<void>;
  readonly #tenant: Tenant;
  readonly #read: StoredEntry[] = [];

  /** @param checkCount Told how many entries there are; throws when there were more. */
  constructor(
    sealed: SealedStore,
    tenant: Tenant,
    checkCount: (label: string, entries: number) => Promise<void> = async () => await Promise.resolve(),
  ) {
    this.#name = journalLedger(tenant.label);
    this.#tenant = tenant;
    this.#ledger = new SealedLedger(sealed, this.#name, journalSeal(tenant));
    this.#checkCount = checkCount;
  }

  /** All entries of the tenant, oldest first. @throws {BackupError} when one can't be read, or some were taken away. */
  async entries(signal?: AbortSignal): Promise<readonly StoredEntry[]> {
    const count = await this.#ledger.count();
    await this.#checkCount(this.#tenant.label, count);
    const numbers = Array.from({ length: count - this.#read.length }, (_, at) => this.#read.length + at + 1);
    const found: StoredEntry[] = [];
    await inParallel(numbers, PARALLEL, async (number) => {
      checkAborted(signal);
      found[number - 1] = decodeEntry(await this.#ledger.read(number), `${this.#name}/${number}`);
    });
    for (const number of numbers) this.#read.push(found[number - 1] as StoredEntry);
    return this.#read.filter(({ tenant }) => tenant === this.#tenant.id);
  }

  /** Adds an entry after all that are there. */
  async append(what: NewEntry): Promise<void> {
    const entry = { ...what, tenant: this.#tenant.id };
    for (let number = (await this.#ledger.count()) + 1; ; number += 1) {
      if (await this.#ledger.append(number, encodeEntry(entry)))
        return await this.#checkCount(this.#tenant.label, number);
    }
  }
}
