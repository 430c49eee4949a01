import { RetentionError, shown } from '../errors.ts';
import { readTime } from '../time.ts';
import { checkItem } from './check-item.ts';
import { type IdIndex, indexIds } from './id-index.ts';
import type { RetentionItem } from './item.ts';

/** Whether an item may fill slots of rules. */
export const STANDING = { regular: 0, future: 1, untrusted: 2 } as const;

/** The items of a plan by their position in the input, and what is asked about often in arrays of numbers. */
export interface Columns {
  readonly items: readonly RetentionItem[];
  /** When each was made, in ms. */
  readonly time: Float64Array;
  /** When each was stored, in ms; NaN where nobody says. */
  readonly storedAt: Float64Array;
  /** One of {@link STANDING}. */
  readonly standing: Uint8Array;
  /** The positions of ids, where some item has a parent. */
  readonly ids: IdIndex | undefined;
}

/** What a reader of items goes by. */
export interface ReadingOptions {
  readonly now: number;
  /** How far `time` and `storedAt` may be apart, in ms. */
  readonly tolerance: number;
}

/**
 * Checks items and reads their times.
 *
 * @throws RetentionError `INVALID_ITEM`, `INVALID_TIME`, `DUPLICATE_ID`
 */
export function readItems(items: unknown, options: ReadingOptions): Columns {
  if (!Array.isArray(items)) {
    throw new RetentionError('INVALID_ITEM', `Expected an array of items, got ${shown(items)}`);
  }
  try {
    return readColumns(items as readonly unknown[], options);
  } catch (error) {
    if (error instanceof RetentionError) throw error;
    // A getter or a proxy among what was handed in.
    throw new RetentionError('INVALID_ITEM', 'Expected items to be plain objects, got some that fail when read', {
      cause: error,
    });
  }
}

function readColumns(items: readonly unknown[], options: ReadingOptions): Columns {
  const count = items.length;
  const time = new Float64Array(count);
  const storedAt = new Float64Array(count);
  const standing = new Uint8Array(count);
  let hasParents = false;
  for (let index = 0; index < count; index++) {
    const item = items[index];
    checkItem(item, index);
    time[index] = readTime(item.time, 'time of an item');
    storedAt[index] = item.storedAt === undefined ? Number.NaN : readTime(item.storedAt, 'storedAt of an item');
    standing[index] = standingOf(item.trusted, time[index] ?? 0, storedAt[index] ?? 0, options);
    if (item.parent !== undefined) hasParents = true;
  }
  const checked = items as readonly RetentionItem[];
  const ids = indexIds(checked);
  if (ids.duplicate !== undefined) {
    throw new RetentionError(
      'DUPLICATE_ID',
      `Expected ids that are unique, got ${shown(ids.duplicate)} more than once`,
    );
  }
  return { items: checked, time, storedAt, standing, ids: hasParents ? ids : undefined };
}

function standingOf(
  trusted: boolean | undefined,
  time: number,
  storedAt: number,
  { now, tolerance }: ReadingOptions,
): number {
  // Comparisons with NaN are false: where nobody says when it was stored, its own time counts.
  if (trusted === false || (trusted === undefined && Math.abs(storedAt - time) > tolerance)) return STANDING.untrusted;
  return time > now ? STANDING.future : STANDING.regular;
}
