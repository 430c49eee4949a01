import { Departed } from './departed.ts';
import { compareIds } from './id-order.ts';
import { deletedLine, type Line } from './line.ts';
import { LineCursor } from './merge-lines.ts';
import { idsInOrder, MAX_HELD } from './ids-in-order.ts';

/** Lines looked at before others get their turn. */
const BATCH = 1024;

/** How deletions are found by comparing. */
export interface Comparing {
  readonly module: string;
  /** What was there before, in order. */
  readonly before: AsyncIterable<Line[]>;
  /** Milliseconds since 1970: when what is missing was deleted, as far as anybody knows. */
  readonly deletedAt: number;
  /** The ids come in order. */
  readonly isOrdered?: boolean | undefined;
}

/** Lines of deleted records: those that were there before and are not among these ids. */
export async function* missingFrom(
  ids: AsyncIterable<string>,
  { module, before, deletedAt, isOrdered = false }: Comparing,
): AsyncGenerator<Line, void, undefined> {
  const cursor = await LineCursor.open(before);
  const departed = new Departed(cursor);
  const lines = function* (): Generator<Line, void, undefined> {
    for (const { id, deletedAt: known } of departed.found())
      if (known === undefined) yield deletedLine(module, { id, deletedAt });
  };
  try {
    for await (const id of idsInOrder(module, ids, isOrdered ? 0 : MAX_HELD)) {
      const wait = departed.pass(id);
      if (wait !== undefined) await wait;
      yield* lines();
    }
    for (let more = true; more;) {
      more = await departed.rest(BATCH);
      yield* lines();
    }
  } finally {
    await cursor.close();
  }
}

/** What {@link withMissing} works with. */
export interface Keeping extends Comparing {
  /** Milliseconds since 1970: what was deleted before is forgotten. */
  readonly keepSince: number;
  /** Told when lines come in no order, so that what is missing can't be told. */
  readonly onDisorder: () => void;
}

/**
 * The lines, and among them those of records that were there before and are missing now, or were known to be deleted. What has a
 * line of its own later counts as that says.
 */
export async function* withMissing(
  lines: AsyncIterable<Line>,
  { module, before, deletedAt, keepSince, onDisorder }: Keeping,
): AsyncGenerator<Line, void, undefined> {
  const cursor = await LineCursor.open(before);
  const departed = new Departed(cursor);
  const missing = function* (): Generator<Line, void, undefined> {
    for (const line of departed.found()) {
      if (line.deletedAt === undefined) yield deletedLine(module, { id: line.id, deletedAt });
      else if (line.deletedAt >= keepSince) yield line;
    }
  };
  try {
    let last: string | undefined;
    let isOrdered = true;
    for await (const line of lines) {
      if (isOrdered && last !== undefined && compareIds(last, line.id) > 0) {
        isOrdered = false;
        onDisorder();
      }
      if (isOrdered) {
        last = line.id;
        const wait = departed.pass(line.id);
        if (wait !== undefined) await wait;
        yield* missing();
      }
      yield line;
    }
    for (let more = isOrdered; more;) {
      more = await departed.rest(BATCH);
      yield* missing();
    }
  } finally {
    await cursor.close();
  }
}
