import { type Ledger, ledger, listAll, type ObjectStore } from '@x/storage';
import { MAX_ENTRY_BYTES, readEntry, type SlotEntry, writeEntry } from './entry.ts';
import { runError } from './run-error.ts';
import { jobFolder, slotName, slotOfName } from './slot-name.ts';
import { slotState, type SlotState } from './state.ts';
import { MAX_TURN_BYTES, type NumberedTurn, readTurn, type Turn, writeTurn } from './turn.ts';

/** Where a job is. */
export interface JobTurns {
  /** The latest turn that counts. */
  readonly turn: NumberedTurn | undefined;
  /** Turns that there are: the next one has the number after it. */
  readonly count: number;
  /** Slots of turns that are too far in the future to count. */
  readonly ahead: readonly number[];
}

/**
 * What has become of the slots of all jobs, as ledgers of a store: `turns/JOB/NUMBER` has the slots of a job one after the other, and
 * `runs/JOB/SLOT/NUMBER` what was done about one of them. Of all who add the same number, one wins.
 */
export interface SlotBook {
  /** Turns whose slot is later than `latestMs` were taken by a clock that was wrong. */
  turns(job: string, latestMs: number): Promise<JobTurns>;
  /** Goes on to a slot. @returns `false` when somebody else has. */
  advance(job: string, n: number, turn: Turn): Promise<boolean>;
  /** The slots of a job, earliest first. */
  slots(job: string, range?: SlotRange): AsyncIterable<number>;
  read(job: string, slotMs: number): Promise<SlotState>;
  /** One entry of a slot; `undefined` when it is not there. */
  entry(job: string, slotMs: number, n: number): Promise<SlotEntry | undefined>;
  /** Adds the next entry to what was read. @returns `false` when somebody else has added one. */
  add(job: string, state: Pick<SlotState, 'slotMs' | 'entries'>, entry: SlotEntry): Promise<boolean>;
  /** Forgets a slot. */
  remove(job: string, slotMs: number): Promise<void>;
  /** The oldest of the latest so many turns; `undefined` when there are no more than these. */
  oldestOf(job: string, most: number): Promise<NumberedTurn | undefined>;
  /** Forgets turns before one. */
  removeTurns(job: string, before: number): Promise<void>;
}

/** Slots after `afterMs` and up to `untilMs` itself. */
export interface SlotRange {
  readonly afterMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** Turns that are looked at, backwards, for one that counts. */
const LOOKED_AT = 5;

/** Opens the slots that are kept in a store. Nothing is read yet. */
export function slotBook(store: ObjectStore): SlotBook {
  const folder = (job: string): string => `runs/${jobFolder(job)}/`;
  const books = new Map<string, Ledger>();
  /** A ledger remembers how far it was, and asks for no more than what is new. */
  const turnsOf = (job: string): Ledger => {
    const found = books.get(job) ?? ledger(store, `turns/${jobFolder(job)}`, { maxBytes: MAX_TURN_BYTES });
    books.set(job, found);
    return found;
  };
  const ledgerOf = (job: string, slotMs: number): Ledger =>
    ledger(store, folder(job) + slotName(slotMs), { maxBytes: MAX_ENTRY_BYTES });
  return {
    turns: async (job, latestMs) => turnsUpTo(turnsOf(job), latestMs),
    advance: async (job, n, turn) => turnsOf(job).appendAt(n, writeTurn(turn)),
    async *slots(job, { afterMs, untilMs } = {}) {
      const prefix = folder(job);
      // "0" is the character after "/": what follows comes after all entries of that slot.
      const after = afterMs === undefined ? undefined : `${prefix}${slotName(afterMs)}0`;
      let last: number | undefined;
      for await (const { key } of listAll(store, prefix, { after })) {
        const slotMs = slotOfName(key.slice(prefix.length).split('/')[0] ?? '');
        if (slotMs === undefined || slotMs === last) continue;
        if (untilMs !== undefined && slotMs > untilMs) return;
        last = slotMs;
        yield slotMs;
      }
    },
    async read(job, slotMs) {
      const book = ledgerOf(job, slotMs);
      const entries: SlotEntry[] = [];
      for await (const { n, body } of book.entries()) entries.push(entryOf(body, book.key(n)));
      return slotState(slotMs, entries);
    },
    async entry(job, slotMs, n) {
      const book = ledgerOf(job, slotMs);
      for await (const found of book.entries({ from: n })) return entryOf(found.body, book.key(found.n));
      return undefined;
    },
    add: async (job, { slotMs, entries }, entry) => ledgerOf(job, slotMs).appendAt(entries + 1, writeEntry(entry)),
    async remove(job, slotMs) {
      // The first entries first: what is left of a removal that was cut short is an end, and never a claim.
      for await (const { key } of listAll(store, `${folder(job)}${slotName(slotMs)}/`)) await store.delete(key);
    },
    async oldestOf(job, most) {
      const book = turnsOf(job);
      const n = ((await book.latest())?.n ?? 0) - most + 1;
      const turn = n > 1 ? await turnAt(book, n) : undefined;
      return turn === undefined ? undefined : { ...turn, n };
    },
    async removeTurns(job, before) {
      const last = turnsOf(job).key(before);
      for await (const { key } of listAll(store, `turns/${jobFolder(job)}/`)) {
        if (key >= last) return;
        await store.delete(key);
      }
    },
  };
}

async function turnsUpTo(book: Ledger, latestMs: number): Promise<JobTurns> {
  const ahead: number[] = [];
  const count = (await book.latest())?.n ?? 0;
  for (let n = count; n > Math.max(0, count - LOOKED_AT); n--) {
    const turn = await turnAt(book, n);
    if (turn !== undefined && turn.slotMs <= latestMs) return { turn: { ...turn, n }, count, ahead };
    if (turn !== undefined) ahead.push(turn.slotMs);
  }
  return { turn: undefined, count, ahead };
}

/** A turn; `undefined` for one that is gone or can't be read: a job must not stand still for it. */
async function turnAt(book: Ledger, n: number): Promise<Turn | undefined> {
  try {
    return readTurn(await book.read(n), book.key(n));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'NOT_FOUND' || error.code === 'SCHEDULE_DAMAGED'))
      return undefined;
    throw error;
  }
}

/** An entry that can't be read ends its slot: a job must not stand still for it. */
function entryOf(body: Uint8Array, key: string): SlotEntry {
  try {
    return readEntry(body, key);
  } catch (error) {
    return { kind: 'finished', atMs: 0, token: '', outcome: 'failed', error: runError(error), details: undefined };
  }
}
