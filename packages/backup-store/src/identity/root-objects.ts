import type { ObjectStore } from '@x/storage';

import type { SealedStore } from '../envelope/sealed-store.ts';
import { isBackupError } from '../errors.ts';
import type { Flaw } from '../keyring/flaw.ts';
import { keyringLedger } from '../keyring/keyring.ts';
import { configLedger } from './config.ts';
import { markerFlaws } from './marker.ts';

/** A part, and where it is. */
interface RootPart {
  readonly store: ObjectStore;
  readonly flaws: () => Promise<Flaw[]>;
}

/** Marker, configuration and keyring: without any of them nothing opens, so each is stored twice. */
export class RootObjects {
  readonly #parts: readonly RootPart[];

  /**
   * @param parts `config: false` when the keyring has the configuration: what was left behind does not count. `ring`: where the keyring
   * is, if not where the rest is.
   */
  constructor(
    sealed: SealedStore,
    rootKey: Uint8Array,
    parts: { readonly config: boolean; readonly ring?: SealedStore | undefined } = { config: true },
  ) {
    const { ring = sealed } = parts;
    const [config, keyring] = [configLedger(sealed, rootKey), keyringLedger(ring, rootKey)];
    const { store } = sealed;
    this.#parts = [
      { store, flaws: async () => await markerFlaws(store, sealed.repositoryId.toString('hex')) },
      { store, flaws: async () => (parts.config ? await config.flaws() : []) },
      { store: ring.store, flaws: async () => await keyring.flaws() },
    ];
  }

  /** What is missing or damaged of them. Errors of the store on the way to them are thrown. */
  async flaws(): Promise<Flaw[]> {
    return (await this.#found()).map(({ flaw }) => flaw);
  }

  async #found(): Promise<{ readonly store: ObjectStore; readonly flaw: Flaw }[]> {
    const all = await Promise.all(
      this.#parts.map(async ({ store, flaws }) => (await flaws()).map((flaw) => ({ store, flaw }))),
    );
    return all.flat();
  }

  /** Writes what is missing or damaged again, out of what is well. @returns The names of what was written. */
  async restore(): Promise<string[]> {
    const restored: string[] = [];
    for (const { store, flaw } of await this.#found()) {
      const { name, error, again } = flaw;
      if (again === undefined) continue;
      // Nothing is overwritten: away with it, and made anew. In between the other one is there.
      if (!isBackupError(error, 'OBJECT_MISSING')) await store.delete(name);
      const { created } = await store.createIfAbsent(name, again());
      if (created) restored.push(name);
    }
    return restored;
  }
}
