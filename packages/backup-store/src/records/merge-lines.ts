import { compareIds } from './id-order.ts';
import type { Line } from './line.ts';

/** Lines given on at a time. */
const BATCH = 1024;

/** A place in a list of lines in order. */
export class LineCursor {
  readonly #batches: AsyncIterator<Line[]>;
  #batch: readonly Line[] = [];
  #at = 0;
  /** Absent behind the end. */
  current: Line | undefined;

  private constructor(batches: AsyncIterator<Line[]>) {
    this.#batches = batches;
  }

  static async open(batches: AsyncIterable<Line[]>): Promise<LineCursor> {
    const cursor = new LineCursor(batches[Symbol.asyncIterator]());
    await cursor.#more();
    return cursor;
  }

  /** A promise only where there is something to wait for. */
  advance(): Promise<void> | undefined {
    this.current = this.#batch[++this.#at];
    return this.current === undefined ? this.#more() : undefined;
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  async #more(): Promise<void> {
    do {
      const next = await this.#batches.next();
      this.#batch = next.done === true ? [] : next.value;
      this.#at = 0;
      if (next.done === true) break;
    } while (this.#batch.length === 0);
    this.current = this.#batch[0];
  }
}

/**
 * Merges lists of lines in order to one, many lines at a time. Of lines with the same id, that of the last list counts, deleted ones
 * included.
 */
export async function* mergeLines(lists: readonly AsyncIterable<Line[]>[]): AsyncGenerator<Line[], void, undefined> {
  const cursors: LineCursor[] = [];
  try {
    // The newest first: it counts more.
    for (const list of lists.toReversed()) cursors.push(await LineCursor.open(list));
    let batch: Line[] = [];
    for (;;) {
      const next = least(cursors);
      if (next === undefined) break;
      batch.push(next);
      for (const cursor of cursors) {
        if (cursor.current?.id !== next.id) continue;
        const wait = cursor.advance();
        if (wait !== undefined) await wait;
      }
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

function least(cursors: readonly LineCursor[]): Line | undefined {
  let found: Line | undefined;
  for (const { current } of cursors)
    if (current !== undefined && (found === undefined || compareIds(current.id, found.id) < 0)) found = current;
  return found;
}
