import type { SealedStore } from '../envelope/sealed-store.ts';
import { isBackupError } from '../errors.ts';
import type { Flaw } from '../keyring/flaw.ts';
import { keyringLedger } from '../keyring/keyring.ts';
import { configLedger } from './config.ts';
import { markerFlaws } from './marker.ts';

/** Marker, configuration and keyring: without any of them nothing opens, so each is stored twice. */
export class RootObjects {
  readonly #sealed: SealedStore;
  readonly #parts: readonly (() => Promise<Flaw[]>)[];

  /** @param parts `config: false` when the keyring has the configuration: what was left behind does not count. */
  constructor(sealed: SealedStore, rootKey: Uint8Array, parts: { readonly config: boolean } = { config: true }) {
    const [config, keyring] = [configLedger(sealed, rootKey), keyringLedger(sealed, rootKey)];
    this.#sealed = sealed;
    this.#parts = [
      async () => await markerFlaws(sealed.store, sealed.repositoryId.toString('hex')),
      async () => (parts.config ? await config.flaws() : []),
      async () => await keyring.flaws(),
    ];
  }

  /** What is missing or damaged of them. Errors of the store on the way to them are thrown. */
  async flaws(): Promise<Flaw[]> {
    return (await Promise.all(this.#parts.map(async (part) => await part()))).flat();
  }

  /** Writes what is missing or damaged again, out of what is well. @returns The names of what was written. */
  async restore(): Promise<string[]> {
    const { store } = this.#sealed;
    const restored: string[] = [];
    for (const { name, error, again } of await this.flaws()) {
      if (again === undefined) continue;
      // Nothing is overwritten: away with it, and made anew. In between the other one is there.
      if (!isBackupError(error, 'OBJECT_MISSING')) await store.delete(name);
      const { created } = await store.createIfAbsent(name, again());
      if (created) restored.push(name);
    }
    return restored;
  }
}
