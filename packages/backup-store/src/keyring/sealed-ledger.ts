import { type Ledger, ledger, type LedgerEntry } from '@x/storage';

import { MAX_OBJECT_BYTES, objectError, type Seal, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';

/** State that changes, as a ledger of sealed objects: the newest counts, the others are its history. */
export class SealedLedger {
  readonly #sealed: SealedStore;
  readonly #ledger: Ledger;
  readonly #seal: Seal;

  constructor(sealed: SealedStore, name: string, seal: Seal) {
    this.#sealed = sealed;
    this.#ledger = ledger(sealed.store, name, { maxBytes: MAX_OBJECT_BYTES });
    this.#seal = seal;
  }

  /** Appends under this very number; the first is 1. @returns Whether this caller won it. */
  async append(number: number, content: Uint8Array): Promise<boolean> {
    return await this.#ledger.appendAt(number, this.#sealed.seal(this.#ledger.key(number), this.#seal, content));
  }

  /** @throws {BackupError} `OBJECT_MISSING` when there is no entry, `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`. */
  async latest(): Promise<{ number: number; name: string; content: Buffer }> {
    let latest: LedgerEntry | undefined;
    try {
      latest = await this.#ledger.latest();
    } catch (error) {
      throw objectError(error, this.#ledger.name);
    }
    const name = this.#ledger.key(latest?.n ?? 1);
    if (latest === undefined) {
      throw new BackupError('OBJECT_MISSING', `Expected ${name} in the store, got nothing`, { object: name });
    }
    return { number: latest.n, name, content: this.#sealed.open(name, this.#seal, latest.body) };
  }
}
