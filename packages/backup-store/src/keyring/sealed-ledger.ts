import { listAll } from '@x/storage';

import type { Seal, SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';

const DIGITS = 12;

/** State that changes, as numbered sealed objects `name/000000000000`, ...: the newest counts, the others are its history. */
export class SealedLedger {
  readonly #sealed: SealedStore;
  readonly #name: string;
  readonly #seal: Seal;

  constructor(sealed: SealedStore, name: string, seal: Seal) {
    this.#sealed = sealed;
    this.#name = name;
    this.#seal = seal;
  }

  #key(number: number): string {
    return `${this.#name}/${String(number).padStart(DIGITS, '0')}`;
  }

  /** Appends under this very number. @returns Whether this caller won it. */
  async append(number: number, content: Uint8Array): Promise<boolean> {
    return (await this.#sealed.create(this.#key(number), this.#seal, content)) !== undefined;
  }

  /** @throws {BackupError} `OBJECT_MISSING` when there is no entry or one between was removed. */
  async latest(): Promise<{ number: number; name: string; content: Buffer }> {
    let number = -1;
    for await (const { key } of listAll(this.#sealed.store, `${this.#name}/`)) {
      number++;
      if (key !== this.#key(number)) break;
    }
    const name = this.#key(Math.max(0, number));
    if (number < 0)
      throw new BackupError('OBJECT_MISSING', `Expected ${name} in the store, got nothing`, { object: name });
    return { number, name, content: await this.#sealed.read(name, this.#seal) };
  }
}
