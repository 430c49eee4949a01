import { isStorageError, type Ledger, ledger, listAll, type ObjectStore } from '@x/storage';

const MOST_BYTES = 65_536;
/** Numbers that may be missing in a row. None is by itself: entries are not removed. */
export const MOST_GAP = 1000;

/** A ledger that others may write to as they like. */
export interface OpenBook {
  readonly store: ObjectStore;
  readonly book: Ledger;
}

/** Opens one. Nothing is read or written yet. */
export const openBook = (store: ObjectStore, name: string): OpenBook => ({
  store,
  book: ledger(store, name, { maxBytes: MOST_BYTES }),
});

interface Numbers {
  /** Ascending. */
  readonly numbers: readonly number[];
  /** Keys of those that are no next ones. */
  readonly beyond: readonly string[];
}

/**
 * Numbers in use, without a look at what stands there. Each is the next one after those before. What lies beyond a gap was put there to use up all numbers, or
 * to be the last one for ever: it does not count.
 */
export async function numbersOf({ store, book }: OpenBook, signal: AbortSignal | undefined): Promise<Numbers> {
  const prefix = `${book.name}/`;
  const numbers: number[] = [];
  for await (const { key } of listAll(store, prefix, { signal })) {
    const digits = key.slice(prefix.length);
    if (/^\d{12}$/.test(digits) && Number(digits) > 0) numbers.push(Number(digits));
  }
  numbers.sort((a, b) => a - b);
  const end = numbers.findIndex((n, index) => n - (numbers[index - 1] ?? 0) > MOST_GAP);
  if (end < 0) return { numbers, beyond: [] };
  return { numbers: numbers.slice(0, end), beyond: numbers.slice(end).map((n) => book.key(n)) };
}

/** Empty for what is no text, or too long for an entry. */
export async function textOf(book: Ledger, n: number, signal: AbortSignal | undefined): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await book.read(n, { signal }));
  } catch (error) {
    if (isStorageError(error) && error.code !== 'TOO_LARGE') throw error;
    signal?.throwIfAborted();
    return '';
  }
}
