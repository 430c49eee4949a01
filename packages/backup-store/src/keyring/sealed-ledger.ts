import { isStorageError, ledger, type Ledger, listAll, type ObjectStore } from '@x/storage';

import { MAX_OBJECT_BYTES, objectError, type Seal, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { copyOfLedger } from '../layout/names.ts';
import { type Flaw, isFlaw } from './flaw.ts';

/** How often an entry is destroyed anew that somebody has come in the way of. */
const MAX_ATTEMPTS = 5;
/** What stands in the place of an entry that was destroyed: shorter than any sealed object is. */
const DESTROYED = Buffer.from('destroyed\n');

/**
 * State that changes, as a ledger of sealed objects: the newest counts, the others are its history. Each entry is stored
 * twice, under two names and so under two keys: one flipped bit must not cost the state. The copy is made after the
 * first, which alone decides who won a number.
 */
export class SealedLedger {
  readonly #sealed: SealedStore;
  readonly #seal: Seal;
  readonly #first: Ledger;
  readonly #copy: Ledger;
  /** The highest number seen so far: a ledger only grows, so no listing has to start before it. */
  #seen = 0;

  constructor(sealed: SealedStore, name: string, seal: Seal) {
    const options = { maxBytes: MAX_OBJECT_BYTES };
    this.#sealed = sealed;
    this.#seal = seal;
    this.#first = ledger(sealed.store, name, options);
    this.#copy = ledger(sealed.store, copyOfLedger(name), options);
  }

  /** Appends under this very number; the first is 1. @returns Whether this caller won it. */
  async append(number: number, content: Uint8Array): Promise<boolean> {
    const isOurs = await this.#first.appendAt(number, this.#bytes(this.#first.key(number), content));
    this.#seen = Math.max(this.#seen, number);
    // If somebody has found the copy missing meanwhile, it is there and says the same.
    if (isOurs) await this.#copy.appendAt(number, this.#bytes(this.#copy.key(number), content));
    return isOurs;
  }

  #bytes(name: string, content: Uint8Array): Buffer {
    return this.#sealed.seal(name, this.#seal, content);
  }

  /**
   * Reads the newest entry, from its copy when the first is missing or damaged. `name`: the one that was read.
   *
   * @throws {BackupError} `OBJECT_MISSING` when there is no entry; when neither opens, what is wrong with the first.
   */
  async latest(): Promise<{ number: number; name: string; content: Buffer }> {
    for (;;) {
      const number = await this.#newest();
      const name = this.#first.key(number);
      const first = await this.#look(name);
      if (!('error' in first)) return { number, name, content: first.content };
      const copy = this.#copy.key(number);
      const second = await this.#look(copy);
      if (!('error' in second)) return { number, name: copy, content: second.content };
      // Entries may be destroyed once there is a newer one.
      if ((await this.#newest()) === number) throw first.error;
    }
  }

  /**
   * Destroys all entries before this one, in both rows: nobody can read what they said. Their numbers stay taken, so that nobody who has
   * read one of them can put an entry after it. What was killed in between is gone on with by the next call.
   *
   * @returns How many objects were overwritten.
   * @throws {BackupError} `OBJECT_INVALID` when one of them is still there afterwards.
   */
  async destroyBefore(number: number): Promise<number> {
    let destroyed = 0;
    const { store } = this.#sealed;
    for (const row of [this.#first, this.#copy]) {
      for (const key of await this.#left(row, number)) {
        await putPersistently(store, key);
        destroyed++;
      }
      // What processes that were killed have left of theirs.
      await store.tidy?.(`${row.name}/`);
      const [left] = await this.#left(row, number);
      if (left !== undefined)
        throw new BackupError('OBJECT_INVALID', `Expected ${left} to be destroyed, it is still there`, {
          object: left,
          hint: 'Whoever does this must be allowed to overwrite objects below `keys/`.',
        });
    }
    return destroyed;
  }

  /** Keys of the entries before this number that are not destroyed, or not there: one that comes late must find its number taken. */
  async #left(row: Ledger, number: number): Promise<string[]> {
    const gone = new Set<string>();
    for await (const { key, size } of listAll(this.#sealed.store, `${row.name}/`))
      if (size === DESTROYED.length) gone.add(key);
    const keys = Array.from({ length: number - 1 }, (_, i) => row.key(i + 1));
    return keys.filter((key) => !gone.has(key));
  }

  /** How many entries there are; numbers begin with 1. */
  async count(): Promise<number> {
    await this.#newest();
    return this.#seen;
  }

  /**
   * Reads the entry of this number, from its copy when the first is missing or damaged.
   *
   * @throws {BackupError} when neither opens, what is wrong with the first.
   */
  async read(number: number): Promise<Buffer> {
    const first = await this.#look(this.#first.key(number));
    if (!('error' in first)) return first.content;
    const second = await this.#look(this.#copy.key(number));
    if ('error' in second) throw first.error;
    return second.content;
  }

  /** The highest number in either row; 1 when there is none, which is then what is missing. */
  async #newest(): Promise<number> {
    await Promise.all(
      [this.#first, this.#copy].map(async (row) => {
        const { name } = row;
        const after = this.#seen === 0 ? undefined : row.key(this.#seen);
        try {
          for await (const entry of listAll(this.#sealed.store, `${name}/`, { after })) {
            const digits = entry.key.slice(name.length + 1);
            if (/^[0-9]{12}$/.test(digits)) this.#seen = Math.max(this.#seen, Number(digits));
          }
        } catch (error) {
          throw objectError(error, name);
        }
      }),
    );
    return Math.max(1, this.#seen);
  }

  async #look(name: string): Promise<{ readonly content: Buffer } | { readonly error: Error }> {
    try {
      return { content: await this.#sealed.read(name, this.#seal) };
    } catch (error) {
      if (!isFlaw(error)) throw error;
      return { error };
    }
  }

  /** What is wrong with the newest entry and with its copy. */
  async flaws(): Promise<Flaw[]> {
    const number = await this.#newest();
    const [name, copyName] = [this.#first.key(number), this.#copy.key(number)];
    const [first, copy] = await Promise.all([this.#look(name), this.#look(copyName)]);
    const flaws: Flaw[] = [];
    if ('error' in first) {
      const again = 'error' in copy ? undefined : (): Uint8Array => this.#bytes(name, copy.content);
      flaws.push({ name, error: first.error, again });
      if ('error' in copy) flaws.push({ name: copyName, error: copy.error, again: undefined });
    } else if ('error' in copy || !copy.content.equals(first.content)) {
      const error = 'error' in copy ? copy.error : differs(copyName, name);
      flaws.push({ name: copyName, error, again: () => this.#bytes(copyName, first.content) });
    }
    return flaws;
  }
}

/** Of two who destroy the same entries, one may take the other's half-written files for left-overs. */
async function putPersistently(store: ObjectStore, key: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.put(key, DESTROYED);
    } catch (error) {
      if (!isStorageError(error) || !error.retryable || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

const differs = (name: string, other: string): BackupError =>
  new BackupError('OBJECT_INVALID', `Expected ${name} to say what ${other} says, got something else`, { object: name });
