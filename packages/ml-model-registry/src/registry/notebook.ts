import { ledger, type Ledger, type ObjectStore } from '@x/storage';
import { randomUUID } from 'node:crypto';

/** Lost races before a note is given up. */
const ATTEMPTS = 50;
/** Earlier pages that are kept: a writer that was held up finds its number taken. */
const KEPT = 32;

/**
 * Something small that is known of a model and changes often: each page of a ledger is all of it, and old pages are removed. What can't be read is
 * begun anew: it is no more than notes.
 */
export class Notebook<T extends object> {
  readonly #ledger: Ledger;
  readonly #store: ObjectStore;
  readonly #empty: T;

  constructor(store: ObjectStore, key: string, empty: T) {
    this.#ledger = ledger(store, key);
    this.#store = store;
    this.#empty = empty;
  }

  async read(): Promise<T> {
    return this.#parsed((await this.#ledger.latest())?.body);
  }

  /**
   * Writes what `update` makes of what is there; it is asked again when somebody else was faster.
   *
   * @returns Whether it was written. It is given up after fifty lost races.
   */
  async change(update: (notes: T) => T): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const latest = await this.#ledger.latest();
      const n = (latest?.n ?? 0) + 1;
      const page = { token: randomUUID(), notes: update(this.#parsed(latest?.body)) };
      if (!(await this.#ledger.appendAt(n, Buffer.from(JSON.stringify(page))))) continue;
      if (n > KEPT) await this.#store.delete(this.#ledger.key(n - KEPT));
      return true;
    }
    return false;
  }

  #parsed(body: Uint8Array | undefined): T {
    if (body === undefined) return this.#empty;
    try {
      const page = JSON.parse(Buffer.from(body).toString()) as { readonly notes?: Partial<T> } | null;
      const notes = { ...this.#empty, ...page?.notes };
      const isSound = Object.entries(this.#empty).every(([name, value]) =>
        isLike(value, (notes as Readonly<Record<string, unknown>>)[name]),
      );
      return isSound ? notes : this.#empty;
    } catch {
      return this.#empty;
    }
  }
}

/** Both are lists, or both are objects. */
function isLike(value: unknown, found: unknown): boolean {
  return typeof found === 'object' && found !== null && Array.isArray(found) === Array.isArray(value);
}
