import type { SlotBook } from '../slots/slot-book.ts';
import type { SlotState } from '../slots/state.ts';

/** A slot that is further in the future than this was claimed by a clock that was wrong, in milliseconds. */
const AHEAD_MS = 60 * 60_000;

/** What is known of a job's slots. */
export interface NewestSlot {
  /** The latest one that is not far in the future. */
  readonly newest: SlotState | undefined;
  /** One that is. */
  readonly ahead: number | undefined;
}

/** Finds the latest slot of a job, looking only at what came after the one that is known. */
export async function newestSlot(
  book: SlotBook,
  job: string,
  known: number | undefined,
  nowMs: number,
): Promise<NewestSlot> {
  // What was known may have been of such a clock.
  let newest = known !== undefined && known > nowMs + AHEAD_MS ? undefined : known;
  let ahead: number | undefined;
  for await (const slotMs of book.slots(job, { afterMs: newest })) {
    if (slotMs > nowMs + AHEAD_MS) {
      ahead = slotMs;
      break;
    }
    newest = slotMs;
  }
  return { newest: newest === undefined ? undefined : await book.read(job, newest), ahead };
}
