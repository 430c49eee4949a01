import { hash } from 'node:crypto';
import { BackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import type { FoundRows, ViewedRow } from './contract.ts';

/** Rows between two looks at the signal. */
const TURN = 1024;
/** Sums of digests are kept within their length. */
const SUM_BITS = 256;

/** Two sides of one table. */
export interface RowSides {
  readonly before: AsyncIterable<ViewedRow>;
  readonly after: AsyncIterable<ViewedRow>;
}

/** What a comparison of rows found, one by one. */
export interface ComparedRows {
  readonly before: number;
  readonly after: number;
  readonly added: FoundRows;
  readonly changed: FoundRows;
  readonly removed: FoundRows;
}

/**
 * Walks two sides, each ordered by the bytes of its keys, and compares rows of the same key. Two rows are in memory at a time.
 *
 * @throws {BackupError} `RECORDS_UNORDERED` when a side is not in that order.
 */
export async function compareByKey(
  sides: RowSides,
  { maxIds, signal }: { readonly maxIds: number; readonly signal?: AbortSignal | undefined },
): Promise<ComparedRows> {
  const [before, after] = [new RowReader(sides.before), new RowReader(sides.after)];
  const [added, changed, removed] = [new Found(maxIds), new Found(maxIds), new Found(maxIds)];
  try {
    await before.advance();
    await after.advance();
    for (let turn = 1; before.head !== undefined || after.head !== undefined; turn++) {
      if (turn % TURN === 0) checkAborted(signal);
      const order = orderOf(before.head, after.head);
      if (order < 0) removed.add(before.head);
      else if (order > 0) added.add(after.head);
      else if (before.head?.content.equals(after.head?.content ?? Buffer.alloc(0)) !== true) changed.add(after.head);
      if (order <= 0) await before.advance();
      if (order >= 0) await after.advance();
    }
    return {
      before: before.count,
      after: after.count,
      added: added.rows,
      changed: changed.rows,
      removed: removed.rows,
    };
  } finally {
    await before.close();
    await after.close();
  }
}

/** All rows of a table as a whole, in whatever order they come. */
export interface RowsDigest {
  readonly count: number;
  /** 64 hex digits: the sum of the SHA-256 of all rows. */
  readonly digest: string;
}

/** Reads all rows for their number and a digest that does not depend on their order. */
export async function digestRows(rows: AsyncIterable<ViewedRow>, signal?: AbortSignal): Promise<RowsDigest> {
  let sum = 0n;
  let count = 0;
  for await (const { content } of rows) {
    if (++count % TURN === 0) checkAborted(signal);
    // A sum, since equal rows, which may be there without a key, would take each other away in an exclusive or.
    sum = BigInt.asUintN(SUM_BITS, sum + BigInt(`0x${hash('sha256', content, 'hex')}`));
  }
  return { count, digest: sum.toString(16).padStart(SUM_BITS / 4, '0') };
}

/** Where nothing is left on one side, the other one is behind. */
function orderOf(a: ViewedRow | undefined, b: ViewedRow | undefined): number {
  if (a === undefined) return 1;
  return b === undefined ? -1 : compareKeys(a.key, b.key);
}

function compareKeys(a: readonly Buffer[], b: readonly Buffer[]): number {
  for (const [i, part] of a.entries()) {
    const order = part.compare(b[i] ?? Buffer.alloc(0));
    if (order !== 0) return order;
  }
  return 0;
}

/** A row's name for people: the text of its key, or a JSON list of texts. */
const idOf = ({ key }: ViewedRow): string =>
  key.length === 1 ? String(key[0]) : JSON.stringify(key.map((part) => part.toString('utf8')));

class Found {
  readonly #maxIds: number;
  readonly #ids: string[] = [];
  #count = 0;

  constructor(maxIds: number) {
    this.#maxIds = maxIds;
  }

  add(row: ViewedRow | undefined): void {
    this.#count++;
    if (row !== undefined && this.#ids.length < this.#maxIds) this.#ids.push(idOf(row));
  }

  get rows(): FoundRows {
    return { count: this.#count, ids: this.#ids };
  }
}

class RowReader {
  readonly #iterator: AsyncIterator<ViewedRow>;
  head: ViewedRow | undefined;
  count = 0;

  constructor(rows: AsyncIterable<ViewedRow>) {
    this.#iterator = rows[Symbol.asyncIterator]();
  }

  async advance(): Promise<void> {
    const last = this.head;
    const next = await this.#iterator.next();
    this.head = next.done === true ? undefined : next.value;
    if (this.head === undefined) return;
    this.count++;
    if (last === undefined || compareKeys(last.key, this.head.key) <= 0) return;
    throw new BackupError(
      'RECORDS_UNORDERED',
      `Expected rows in the order of their keys, got ${JSON.stringify(idOf(this.head))} after ${JSON.stringify(idOf(last))}`,
      { hint: 'Leave this table out of the comparison, and report it.' },
    );
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
