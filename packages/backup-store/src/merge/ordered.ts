import { BackupError } from '../errors.ts';
import { compareIds } from '../records/id-order.ts';

/** What is read one after the other, in the order of ids. */
export class OrderedReader<T extends { readonly id: string }> {
  readonly #iterator: AsyncIterator<T> | Iterator<T>;
  readonly #what: string;
  /** The next one; `undefined` at the end. */
  head: T | undefined;

  /** @param what Names the side in errors, such as `the backup of "guests"`. */
  constructor(records: AsyncIterable<T> | Iterable<T>, what: string) {
    this.#iterator = Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]();
    this.#what = what;
  }

  /** @throws {BackupError} `RECORDS_UNORDERED`. */
  async advance(): Promise<void> {
    const before = this.head;
    const result = await this.#iterator.next();
    this.head = result.done === true ? undefined : result.value;
    if (before === undefined || this.head === undefined || compareIds(before.id, this.head.id) < 0) return;
    throw new BackupError(
      'RECORDS_UNORDERED',
      `Expected the records of ${this.#what} in the order of their ids, each once, got "${this.head.id}" after "${before.id}"`,
      { hint: 'Order by the bytes of the id: in PostgreSQL with COLLATE "C".' },
    );
  }

  /** The next one if it has this id, and then the one after it is the next. */
  async take(id: string): Promise<T | undefined> {
    const { head } = this;
    if (head?.id !== id) return undefined;
    await this.advance();
    return head;
  }

  /** The next one if it has this id. */
  at(id: string): T | undefined {
    return this.head?.id === id ? this.head : undefined;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

/** All ids of these, in order, each once. While one is given, the sides that have it are at it. Closes them. */
export async function* idsOf(
  sides: readonly OrderedReader<{ readonly id: string }>[],
): AsyncGenerator<string, void, undefined> {
  try {
    for (const side of sides) await side.advance();
    for (;;) {
      let first: string | undefined;
      for (const { head } of sides)
        if (head !== undefined && (first === undefined || compareIds(head.id, first) < 0)) first = head.id;
      if (first === undefined) return;
      yield first;
      for (const side of sides) await side.take(first);
    }
  } finally {
    for (const side of sides) await side.close();
  }
}
